"""A pytest plugin for applications on FastAPI and SQLAlchemy."""

from ._query_counter import QueryCounter, count_queries
from ._records import assert_count, assert_has, assert_missing, assert_soft_deleted

__all__ = [
    "QueryCounter",
    "assert_count",
    "assert_has",
    "assert_missing",
    "assert_soft_deleted",
    "count_queries",
]
