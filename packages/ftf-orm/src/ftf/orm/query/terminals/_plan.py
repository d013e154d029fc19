"""The terminal that returns how the database executes a query."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ClauseElement, Executable, Select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.sql.compiler import SQLCompiler

from ._records import Terminals


@dataclass(frozen=True, slots=True)
class Plan[T: DeclarativeBase](Terminals[T]):
    """The terminal that returns how the database executes a query."""

    async def explain(self, *, analyze: bool = False) -> str:
        """Return the plan of the query, as the database describes it, line by line.

        Args:
            analyze: Whether to execute the query, and add what it took; on PostgreSQL only.

        Raises:
            ValueError: The database cannot analyze.
        """
        is_sqlite = self._dialect.name == "sqlite"
        if is_sqlite and analyze:
            raise ValueError("SQLite does not analyze: leave analyze out")
        verb = "EXPLAIN QUERY PLAN" if is_sqlite else "EXPLAIN ANALYZE" if analyze else "EXPLAIN"
        statement = _Explained(verb, self.statement())
        result = await self._run(lambda: self.session.execute(statement))
        return "\n".join(_indented(result) if is_sqlite else result.scalars())


class _Explained(Executable, ClauseElement):
    """A statement behind EXPLAIN."""

    inherit_cache = False

    def __init__(self, verb: str, statement: "Select[Any]") -> None:
        self.verb = verb
        self.statement = statement


@compiles(_Explained)
def _compile(explained: _Explained, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401  # as SQLAlchemy has it
    sql = compiler.process(explained.statement, **options)
    # The columns of a plan are not those of the statement, whose types would convert them.
    compiler._result_columns.clear()  # noqa: SLF001  # no public name
    return f"{explained.verb} {sql}"


def _indented(rows: Iterable[Sequence[Any]]) -> list[str]:
    """Return the lines of SQLite's plan, each below the one that it is a part of."""
    depths: dict[int, int] = {0: -1}
    lines = []
    for key, parent, _, detail in rows:
        depths[key] = depths[parent] + 1
        lines.append(f"{'  ' * depths[key]}{detail}")
    return lines
