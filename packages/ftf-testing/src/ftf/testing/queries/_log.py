"""The log of a counter's queries."""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from ._executed_query import ExecutedQuery, is_transaction_control
from ._options import current_options

if TYPE_CHECKING:
    from sqlalchemy import Engine, Pool


@dataclass(slots=True, eq=False)
class QueryLog:
    """The queries of an engine, or of every engine.

    Args:
        engine: The engine; None for all.
        keeps_all: Whether transaction control and ignored statements count.
        is_open: Whether queries are logged now; a task can outlive the block it was started in.
        kept: The queries in the order they ran, also those that do not count.
    """

    engine: "Engine | None"
    keeps_all: bool
    is_open: bool = False
    kept: list[ExecutedQuery] = field(default_factory=list)

    def wants(self, pool: "Pool") -> bool:
        """Return whether the queries of the engine with this pool are logged now."""
        # engine.execution_options() returns another Engine, which shares the pool.
        return self.is_open and (self.engine is None or self.engine.pool is pool)

    @property
    def queries(self) -> list[ExecutedQuery]:
        """The queries that count, in the order they ran."""
        ignored = current_options().ignored
        return [q for q in self.kept if self.keeps_all or _counts(q.statement, ignored)]


@lru_cache(maxsize=512)
def _counts(statement: str, ignored: tuple[re.Pattern[str], ...]) -> bool:
    if is_transaction_control(statement):
        return False
    return not any(pattern.search(statement) for pattern in ignored)
