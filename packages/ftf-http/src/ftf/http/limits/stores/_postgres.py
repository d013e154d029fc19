"""`PostgresLimits`: limits that are counted in PostgreSQL, by all processes together."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .._outcome import Outcome, Take
from ._digest import Digest

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

_MISSING = 'PostgresLimits needs SQLAlchemy and asyncpg: `pip install "ftf-http[orm]" asyncpg`.'
_POOL_SIZE = 5
_TAKES_PER_PRUNE = 1_000


class PostgresLimits:
    """Counts in a table of PostgreSQL, by one statement for a use that is allowed.

    It has connections of its own: a request that waits for a limit holds none of the application's,
    and a rolled back request has been counted. The table is not written to the log of the server,
    so a crash of the server forgets the counts.

    Args:
        url: The URL of the database, with an async driver: `postgresql+asyncpg://...`.
        secret: Mixed into the digests that keys become. Without one, whoever reads the table can
            try which addresses are in it.
        schema: The schema of the table; it is made if it is missing. Migrations of the application
            do not see another schema than their own.
        pool_size: The most connections that are open.

    Raises:
        ImportError: SQLAlchemy or the driver is not installed.
    """

    def __init__(
        self, url: str, *, secret: str = "", schema: str = "ftf", pool_size: int = _POOL_SIZE
    ) -> None:
        try:
            from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415  # the extra `orm`
            from sqlalchemy.ext.asyncio import create_async_engine  # noqa: PLC0415

            from ._postgres_statements import Statements  # noqa: PLC0415  # imports SQLAlchemy

            engine = create_async_engine(
                url, pool_size=pool_size, max_overflow=0, isolation_level="AUTOCOMMIT"
            )
        except ImportError as error:
            raise ImportError(_MISSING) from error
        self.failures: tuple[type[Exception], ...] = (SQLAlchemyError,)
        self._engine = engine
        # Several limits are taken in one transaction, which a refusal rolls back.
        self._transactions = engine.execution_options(isolation_level="READ COMMITTED")
        self._statements = Statements(schema)
        self._digest = Digest(secret)
        self._is_open = False
        self._until_prune = _TAKES_PER_PRUNE

    async def open(self) -> None:
        """Make the table, if it is missing."""
        async with self._transactions.begin() as connection:
            for statement in self._statements.creation:
                await connection.execute(statement)
        self._is_open = True

    async def close(self) -> None:
        """Close the connections."""
        await self._engine.dispose()

    async def take(self, takes: Sequence[Take]) -> Sequence[Outcome]:
        """Take all, or nothing if one of them is refused. Return an answer for each."""
        if not self._is_open:
            await self.open()
        if len(takes) == 1:
            async with self._engine.connect() as connection:
                outcomes = [await self._take(connection, takes[0])]
        else:
            outcomes = await self._take_all(takes)
        self._until_prune -= 1
        if self._until_prune <= 0:
            self._until_prune = _TAKES_PER_PRUNE
            async with self._engine.connect() as connection:
                await connection.execute(self._statements.prune)
        return outcomes

    async def give_back(self, taken: Sequence[tuple[Take, Outcome]]) -> None:
        """Return to each limit what was taken from it."""
        async with self._engine.connect() as connection:
            for take, outcome in taken:
                values = {**self._values(take), "at": outcome.at}
                await connection.execute(self._statements.give_back(take.limit), values)

    async def _take_all(self, takes: Sequence[Take]) -> list[Outcome]:
        """Take in the order of the keys, as every process does: two that wait make no deadlock."""
        ordered = sorted(takes, key=self._key)
        found: dict[Take, Outcome] = {}
        async with self._transactions.connect() as connection:
            for take in ordered:
                found[take] = await self._take(connection, take)
            if all(outcome.allowed for outcome in found.values()):
                await connection.commit()
        return [found[take] for take in takes]

    async def _take(self, connection: "AsyncConnection", take: Take) -> Outcome:
        values = self._values(take)
        row = (await connection.execute(self._statements.take(take.limit), values)).one_or_none()
        if row is not None:
            return self._outcome(take, row, allowed=True)
        row = (await connection.execute(self._statements.look(take.limit), values)).one()
        return self._outcome(take, row, allowed=False)

    def _outcome(self, take: Take, row: Sequence[int], *, allowed: bool) -> Outcome:
        """Return an answer from what is used, when it is whole, when the cost is free, and now."""
        used, whole_at, free_at, at, now = row
        left = max(0, take.limit.most - used)
        retry = 0 if allowed else max(1, free_at - now)
        return Outcome(allowed, left, max(0, whole_at - now), retry, at)

    def _key(self, take: Take) -> str:
        limit = take.limit
        return f"{self._digest.of(take.key)}:{limit.name}:{'e' if limit.is_exact else 'g'}"

    def _values(self, take: Take) -> dict[str, object]:
        limit = take.limit
        if limit.is_exact:
            further = {"quota": limit.quota, "period": limit.microseconds}
        else:
            further = {"interval": limit.interval, "tolerance": limit.tolerance}
        return {"key": self._key(take), "cost": take.cost, **further}
