"""Counting the queries that a block of code runs."""

import re
from types import TracebackType
from typing import TYPE_CHECKING, Self, cast

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.ext.asyncio import AsyncEngine

_TRANSACTION_CONTROL = re.compile(r"SAVEPOINT|RELEASE|ROLLBACK|BEGIN|COMMIT|PRAGMA", re.IGNORECASE)


class QueryCounter:
    """Counts the statements an engine runs within a `with` or `async with` block.

    Many parameter sets sent by one statement are one query. Transaction control and savepoints
    are not counted.

    Args:
        engine: The engine to watch.

    Example:
        async with QueryCounter(engine) as counter:
            await repository.all()
        assert counter.count == 1
    """

    def __init__(self, engine: "AsyncEngine | Engine") -> None:
        self._engine = cast("Engine", getattr(engine, "sync_engine", engine))
        self._queries: list[str] = []

    @property
    def count(self) -> int:
        """How many queries ran."""
        return len(self._queries)

    @property
    def queries(self) -> list[str]:
        """The queries in the order they ran, each on one line."""
        return self.get_queries()

    def get_queries(self) -> list[str]:
        """Copy the list of queries, each on one line."""
        return self._queries.copy()

    def reset(self) -> None:
        """Start again from 0."""
        self._queries.clear()

    def __enter__(self) -> Self:
        # Imported here, so that pytest starts as fast as without this plugin.
        from sqlalchemy import event

        event.listen(self._engine, "before_cursor_execute", self._record)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        from sqlalchemy import event

        event.remove(self._engine, "before_cursor_execute", self._record)

    async def __aenter__(self) -> Self:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self.__exit__(kind, error, _)

    def _record(
        self,
        _connection: object,
        _cursor: object,
        statement: str,
        _parameters: object,
        _context: object,
        _executemany: bool,  # noqa: FBT001  # the event's own signature
    ) -> None:
        if not _TRANSACTION_CONTROL.match(statement):
            self._queries.append(" ".join(statement.split()))


def count_queries(engine: "AsyncEngine | Engine") -> QueryCounter:
    """Make a counter for a `with` or `async with` block."""
    return QueryCounter(engine)
