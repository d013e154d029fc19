"""`Passwords`: hashes and verifies passwords, in threads whose number and queue are bounded."""

import logging
import os
from collections.abc import Callable, Sequence
from threading import BoundedSemaphore
from typing import Final

from anyio import CapacityLimiter, to_thread

from ._argon2 import Argon2, fault, is_argon2
from ._common import CommonPasswords, CompromisedPasswords
from ._legacy import LegacyVerifier
from ._spelling import same_words, spelled
from .exceptions import PasswordsBusy, UnusablePassword

_logger = logging.getLogger("ftf.http")
_MIN_LENGTH: Final = 8
_MAX_BYTES: Final = 1_024
_WAITERS: Final = 64
_UNUSABLE: Final = "!"


class Passwords:
    """Hashes and verifies passwords by Argon2id.

    Each hash runs in a thread, and at most `threads` at a time, so the event loop stays free and
    the memory is bounded. A thread that was begun goes on to its end, also if its client has left,
    and no other takes its place meanwhile.

    Args:
        algorithm: The parameters of new hashes.
        legacy: Verifiers of hashes that another application has made.
        compromised: The passwords that no user may set; by default `CommonPasswords`.
        min_length: The fewest characters of a new password.
        max_bytes: The most bytes of a password in UTF-8, for setting one and for login alike.
        threads: How many hashes are computed at a time; by default one for each core.
        waiters: How many calls may wait for each thread.

    Raises:
        ImportError: argon2-cffi is not installed.
        ValueError: A number is below 1.
    """

    def __init__(
        self,
        algorithm: Argon2 | None = None,
        *,
        legacy: Sequence[LegacyVerifier] = (),
        compromised: CompromisedPasswords | None = None,
        min_length: int = _MIN_LENGTH,
        max_bytes: int = _MAX_BYTES,
        threads: int | None = None,
        waiters: int = _WAITERS,
    ) -> None:
        threads = os.process_cpu_count() or 1 if threads is None else threads
        numbers = {
            "min_length": min_length,
            "max_bytes": max_bytes,
            "threads": threads,
            "waiters": waiters,
        }
        for name, number in numbers.items():
            if number < 1:
                raise ValueError(f"{name} must be at least 1, not {number}")
        self._algorithm = algorithm or Argon2()
        self._legacy = tuple(legacy)
        self._compromised = compromised or CommonPasswords()
        self._min_length = min_length
        self._max_bytes = max_bytes
        self._limiter = CapacityLimiter(threads)
        # A task that asyncio cancels gives its place in the limiter back while its thread goes on.
        self._running = BoundedSemaphore(threads)
        self._max_waiters = waiters * threads
        self._decoy = self._algorithm.decoy()

    async def hash(
        self, password: str, *, about: Sequence[str] = (), field: str = "password"
    ) -> str:
        """Return the hash of a new password.

        Args:
            password: What the user has chosen.
            about: What it must not be, such as the e-mail address of the account.
            field: The name of its field in the body, for the response.

        Raises:
            UnusablePassword: It is too short, too long, too common, or what it is `about`: the
                response is 422.
            PasswordsBusy: Too many calls wait: the response is 503.
        """
        if (reason := await self._weakness(password, about)) is not None:
            raise UnusablePassword(reason, field)
        return await self.rehash(password)

    async def verify(self, password: str, stored: str | None) -> bool:
        """Return whether a password is that of a stored hash.

        It takes as long where there is no hash that could be verified: what a client measures does
        not say whether an account exists.

        Args:
            password: What the client has sent.
            stored: The hash; `None` where there is no account, or one without a password, as does a
                text that begins with `!`.

        Raises:
            PasswordsBusy: Too many calls wait: the response is 503.
        """
        encoded = spelled(password, self._max_bytes)
        if encoded is None:  # whatever the account
            return False
        if stored is not None and stored.startswith(_UNUSABLE):
            stored = None
        if stored and not is_argon2(stored):
            for verifier in self._legacy:
                if verifier.identify(stored):
                    return await self._in_thread(_legacy_verify, verifier, password, stored)
        if stored and (reason := fault(stored)) is not None:
            _logger.warning("A stored password cannot be verified: %s.", reason)
            stored = None
        matches = await self._in_thread(self._algorithm.verify, encoded, stored or self._decoy)
        return matches and bool(stored)

    def is_outdated(self, stored: str) -> bool:
        """Return whether a hash that was verified is not as `hash` makes them now."""
        return not is_argon2(stored) or self._algorithm.is_outdated(stored)

    async def rehash(self, password: str) -> str:
        """Return a new hash of a password that was verified; rules for new ones do not apply.

        Raises:
            UnusablePassword: It is too long, so it was not verified.
            PasswordsBusy: Too many calls wait: the response is 503.
        """
        encoded = spelled(password, self._max_bytes)
        if encoded is None:
            raise UnusablePassword("It is too long, or no text.")
        return await self._in_thread(self._algorithm.hash, encoded)

    async def _weakness(self, password: str, about: Sequence[str]) -> str | None:
        encoded = spelled(password, self._max_bytes)
        if encoded is None:
            return f"A password has at most {self._max_bytes:,} bytes of Unicode text."
        if len(encoded.decode()) < self._min_length:
            return f"A password has at least {self._min_length} characters."
        if same_words(password, about):
            return "A password is not the name of its account."
        if await self._compromised.contains(password):
            return "This password is one of those that are guessed first."
        return None

    async def _in_thread[**P, R](
        self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        if self._limiter.statistics().tasks_waiting >= self._max_waiters:
            raise PasswordsBusy

        def run() -> R:
            with self._running:
                return function(*args, **kwargs)

        return await to_thread.run_sync(run, limiter=self._limiter)


def _legacy_verify(verifier: LegacyVerifier, password: str, stored: str) -> bool:
    try:
        return verifier.verify(password, stored)
    except ValueError:  # as the protocol says: the format cannot hold it
        return False
