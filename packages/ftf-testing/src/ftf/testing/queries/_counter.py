"""The counter of the queries that a block of code runs."""

from types import TracebackType
from typing import TYPE_CHECKING, Self, cast

from ._executed_query import ExecutedQuery
from ._listener import start, stop
from ._log import QueryLog
from ._report import report

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.ext.asyncio import AsyncEngine


class QueryCounter:  # noqa: PLW1641  # mutable: it equals different numbers over time
    """Counts the queries of a `with` or `async with` block, and of the tasks started in it.

    A statement with many sets of parameters is one query. Savepoints, transaction control, PRAGMA
    and SQLAlchemy's queries of the first connection are not counted. A counter can be compared with
    a number: `assert counter == 2` lists the queries when it fails.

    Args:
        engine: The engine to watch; None watches every one.
        engine_wide: Count the queries of other tasks and threads, too.
        count_all: Count savepoints and the like as well.

    Raises:
        TypeError: `engine` is not an engine.

    Examples:
        ```python
        async with QueryCounter(engine) as counter:
            await repository.all()
        assert counter == 1
        ```
    """

    def __init__(
        self,
        engine: "AsyncEngine | Engine | None" = None,
        *,
        engine_wide: bool = False,
        count_all: bool = False,
    ) -> None:
        if engine is not None and not hasattr(engine, "pool"):
            kind = type(engine).__name__
            raise TypeError(f"QueryCounter needs an Engine or an AsyncEngine, not {kind}")
        watched = cast("Engine | None", getattr(engine, "sync_engine", engine))
        self._log = QueryLog(watched, keeps_all=count_all)
        self._engine_wide = engine_wide

    @property
    def count(self) -> int:
        """The number of queries so far."""
        return len(self._log.queries)

    @property
    def executed(self) -> list[ExecutedQuery]:
        """The facts of each query, in the order they ran."""
        return self._log.queries

    @property
    def queries(self) -> list[str]:
        """The queries in the order they ran, each on one line."""
        return self.get_queries()

    def get_queries(self) -> list[str]:
        """Return the queries in the order they ran, each on one line."""
        return [query.text for query in self._log.queries]

    def report(self) -> str:
        """Return a text that lists the queries with their facts, and those that are repeated."""
        return "\n".join(report(self._log.queries))

    def reset(self) -> None:
        """Start again from 0."""
        self._log.kept.clear()

    def __enter__(self) -> Self:
        if self._log.is_open:
            raise RuntimeError(
                "This counter is counting already: make another one for the inner block"
            )
        start(self._log, everywhere=self._engine_wide)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        stop(self._log)

    async def __aenter__(self) -> Self:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self.__exit__(kind, error, _)

    def __eq__(self, other: object) -> bool:
        return self.count == other if isinstance(other, int) else self is other

    def __lt__(self, other: int) -> bool:
        return self.count < other

    def __le__(self, other: int) -> bool:
        return self.count <= other

    def __gt__(self, other: int) -> bool:
        return self.count > other

    def __ge__(self, other: int) -> bool:
        return self.count >= other

    def __repr__(self) -> str:
        return f"<QueryCounter: {self.count} {'query' if self.count == 1 else 'queries'}>"


def count_queries(
    engine: "AsyncEngine | Engine | None" = None,
    *,
    engine_wide: bool = False,
    count_all: bool = False,
) -> QueryCounter:
    """Return a `QueryCounter` for a `with` or `async with` block, with the same arguments."""
    return QueryCounter(engine, engine_wide=engine_wide, count_all=count_all)
