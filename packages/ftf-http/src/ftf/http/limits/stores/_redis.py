"""`RedisLimits`: limits that are counted in Redis, by all processes together."""

import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha1
from itertools import batched
from secrets import token_hex
from typing import Protocol, cast

from .._outcome import Outcome, Take
from ._digest import Digest
from ._redis_script import GIVE_BACK, TAKE

_MISSING = 'RedisLimits needs redis: `pip install "ftf-http[redis]"`.'
_NANOSECONDS = 1_000
_FIELDS = 5
_DIGESTS = {
    script: sha1(script.encode(), usedforsecurity=False).hexdigest() for script in (TAKE, GIVE_BACK)
}


class RedisClient(Protocol):
    """The methods of a Redis client; `redis.asyncio.Redis` has them."""

    def evalsha(self, sha: str, numkeys: int, /, *keys_and_args: str) -> Awaitable[object]:
        """Run a script that the server has, by its digest."""
        ...

    def eval(self, script: str, numkeys: int, /, *keys_and_args: str) -> Awaitable[object]:
        """Run a script."""
        ...

    async def aclose(self) -> None:
        """Close the connections."""
        ...


class RedisLimits:
    """Counts in Redis, in one round trip for all limits of a call.

    Args:
        redis: The URL of the server, or a client, which is not closed by the application.
        secret: Mixed into the digests that keys become. Without one, whoever reads the database
            can try which addresses are in it.
        prefix: The start of every key in the database.
        clock: Returns the time in nanoseconds, where the server's clock is not to be used; it is
            also used where the server refuses the command TIME to this user.

    Raises:
        ImportError: redis is not installed.
    """

    def __init__(
        self,
        redis: "str | RedisClient",
        *,
        secret: str = "",
        prefix: str = "ftf:limits:",
        clock: Callable[[], int] | None = None,
    ) -> None:
        try:
            from redis import asyncio, exceptions  # noqa: PLC0415  # the extra `redis`
        except ImportError as error:
            raise ImportError(_MISSING) from error
        self._owned = isinstance(redis, str)
        if isinstance(redis, str):
            client: object = asyncio.Redis.from_url(redis)
        else:
            client = redis
        self._client = cast("RedisClient", client)
        self._errors = exceptions
        self.failures: tuple[type[Exception], ...] = (exceptions.RedisError,)
        self._digest = Digest(secret)
        self._prefix = prefix
        self._clock = clock
        self._together = True

    async def open(self) -> None:
        """Do nothing: connections are made when they are needed."""

    async def close(self) -> None:
        """Close the connections of a client that was made for a URL."""
        if self._owned:
            await self._client.aclose()

    async def take(self, takes: Sequence[Take]) -> Sequence[Outcome]:
        """Take all, or nothing if one of them is refused. Return an answer for each."""
        if self._together or len(takes) == 1:
            try:
                return await self._take(takes)
            except self._errors.ResponseError as error:
                if not str(error).startswith("CROSSSLOT"):
                    raise
                self._together = False  # a cluster has the keys on several nodes
        return await self._take_one_by_one(takes)

    async def give_back(self, taken: Sequence[tuple[Take, Outcome]]) -> None:
        """Return to each limit what was taken from it."""
        for take, outcome in taken:
            limit = take.limit
            values = ("e" if limit.is_exact else "g", take.cost, limit.interval, outcome.at)
            await self._run(GIVE_BACK, [self._key(take)], map(str, values))

    @contextmanager
    def counting_by(self, clock: Callable[[], int]) -> Iterator[None]:
        """Count by another clock, and by keys of its own, until the context ends.

        Args:
            clock: Returns the time in nanoseconds.
        """
        before = self._clock, self._prefix
        self._clock, self._prefix = clock, f"{self._prefix}{token_hex(8)}:"
        try:
            yield
        finally:
            self._clock, self._prefix = before

    async def _take(self, takes: Sequence[Take]) -> list[Outcome]:
        keys = [self._key(take) for take in takes]
        values = [str(value) for take in takes for value in _values(take)]
        answer = cast("bytes | str", await self._run(TAKE, keys, iter(values)))
        numbers = batched(map(int, answer.split()), _FIELDS, strict=True)
        return [
            Outcome(bool(took), left, reset, retry, at) for took, left, reset, retry, at in numbers
        ]

    async def _take_one_by_one(self, takes: Sequence[Take]) -> list[Outcome]:
        outcomes = [(await self._take([take]))[0] for take in takes]
        if not all(outcome.allowed for outcome in outcomes):
            pairs = zip(takes, outcomes, strict=True)
            await self.give_back([pair for pair in pairs if pair[1].allowed])
        return outcomes

    async def _run(self, script: str, keys: Sequence[str], values: Iterator[str]) -> object:
        further = [*values]
        try:
            return await self._evaluate(script, len(keys), *keys, self._now(), *further)
        except self._errors.ResponseError as error:
            if self._clock is not None or not _refuses_time(str(error)):
                raise
        self._clock = time.time_ns
        return await self._evaluate(script, len(keys), *keys, self._now(), *further)

    async def _evaluate(self, script: str, number: int, *rest: str) -> object:
        """Run a script by its digest; a server that was started anew does not have it yet."""
        try:
            return await self._client.evalsha(_DIGESTS[script], number, *rest)
        except self._errors.NoScriptError:
            return await self._client.eval(script, number, *rest)

    def _now(self) -> str:
        return "" if self._clock is None else str(self._clock() // _NANOSECONDS)

    def _key(self, take: Take) -> str:
        # The braces are the part of a key that decides about its node in a cluster. The states of
        # the two algorithms have different types.
        kind = "e" if take.limit.is_exact else "g"
        return f"{self._prefix}{{{self._digest.of(take.key)}}}:{take.limit.name}:{kind}"


def _values(take: Take) -> tuple[object, ...]:
    limit = take.limit
    if limit.is_exact:
        return "e", take.cost, limit.quota, limit.microseconds
    return "g", take.cost, limit.interval, limit.tolerance


def _refuses_time(text: str) -> bool:
    """Return whether a user may not run a command of a script, of which TIME is the first."""
    return "can't run this command" in text or "no permissions" in text
