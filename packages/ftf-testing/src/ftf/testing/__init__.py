"""A pytest plugin for applications on FastAPI and SQLAlchemy."""

from ._acting_as import ActingAs
from ._asgi_exchange import ASGIApplication, IncompleteResponseError, UnfinishedRequestError
from ._executed_query import ExecutedQuery
from ._factory import Factory, Values
from ._factory_columns import FactoryError
from ._factory_maker import FactoryMaker
from ._lifespan import LifespanError, LifespanManager
from ._migrations import Migrations
from ._n_plus_one import Repetition
from ._origin import CodeLine, Origin
from ._orm_load import Loading, OrmLoad
from ._override import Override
from ._query_assertions import (
    CheckedQueries,
    assert_max_queries,
    assert_no_n_plus_one,
    assert_queries,
    assert_same_query_count,
)
from ._query_counter import QueryCounter, count_queries
from ._query_errors import NPlusOneError, QueryCountError
from ._records import assert_count, assert_has, assert_missing, assert_soft_deleted
from ._transport import StreamingTransport

__all__ = [
    "ASGIApplication",
    "ActingAs",
    "CheckedQueries",
    "CodeLine",
    "ExecutedQuery",
    "Factory",
    "FactoryError",
    "FactoryMaker",
    "IncompleteResponseError",
    "LifespanError",
    "LifespanManager",
    "Loading",
    "Migrations",
    "NPlusOneError",
    "Origin",
    "OrmLoad",
    "Override",
    "QueryCountError",
    "QueryCounter",
    "Repetition",
    "StreamingTransport",
    "UnfinishedRequestError",
    "Values",
    "assert_count",
    "assert_has",
    "assert_max_queries",
    "assert_missing",
    "assert_no_n_plus_one",
    "assert_queries",
    "assert_same_query_count",
    "assert_soft_deleted",
    "count_queries",
]
