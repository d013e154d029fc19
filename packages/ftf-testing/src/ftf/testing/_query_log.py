"""The queries that a counter has been told of."""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from ._executed_query import ExecutedQuery, is_transaction_control
from ._query_options import current_options

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine


@dataclass(slots=True, eq=False)
class QueryLog:
    """Keeps the queries of an engine, or of every one.

    Args:
        engine: The engine; None for all.
        keeps_all: Whether transaction control and ignored statements are kept.
        is_open: Whether queries are kept now; a task can outlive the block it was started in.
        queries: The queries in the order they ran.
    """

    engine: "Engine | None"
    keeps_all: bool
    is_open: bool = False
    queries: list[ExecutedQuery] = field(default_factory=list)

    def wants(self, connection: "Connection") -> bool:
        """Tell whether the queries of a connection are kept."""
        # Engines made by execution_options() share the pool of the one they come from.
        return self.is_open and (self.engine is None or self.engine.pool is connection.engine.pool)

    def add(self, query: ExecutedQuery) -> None:
        """Keep a query, if it is one that counts."""
        if self.keeps_all or _counts(query.statement, current_options().ignored):
            self.queries.append(query)


@lru_cache(maxsize=512)
def _counts(statement: str, ignored: tuple[re.Pattern[str], ...]) -> bool:
    if is_transaction_control(statement):
        return False
    return not any(pattern.search(statement) for pattern in ignored)
