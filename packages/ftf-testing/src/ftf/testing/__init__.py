"""A pytest plugin for applications on FastAPI and SQLAlchemy."""

from ._executed_query import ExecutedQuery
from ._n_plus_one import Repetition
from ._origin import CodeLine, Origin
from ._orm_load import Loading, OrmLoad
from ._query_assertions import (
    CheckedQueries,
    assert_max_queries,
    assert_no_n_plus_one,
    assert_queries,
    assert_same_query_count,
)
from ._query_counter import QueryCounter, count_queries
from ._query_errors import NPlusOneError, QueryCountError

__all__ = [
    "CheckedQueries",
    "CodeLine",
    "ExecutedQuery",
    "Loading",
    "NPlusOneError",
    "Origin",
    "OrmLoad",
    "QueryCountError",
    "QueryCounter",
    "Repetition",
    "assert_max_queries",
    "assert_no_n_plus_one",
    "assert_queries",
    "assert_same_query_count",
    "count_queries",
]
