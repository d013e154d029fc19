"""A pytest plugin for applications on FastAPI and SQLAlchemy."""

from ._columns import FactoryError
from ._exchange import IncompleteResponseError, UnfinishedRequestError
from ._factory import Factory, Values
from ._lifespan import LifespanError, LifespanManager
from ._override import Override
from ._query_counter import QueryCounter, count_queries
from ._transport import StreamingTransport

__all__ = [
    "Factory",
    "FactoryError",
    "IncompleteResponseError",
    "LifespanError",
    "LifespanManager",
    "Override",
    "QueryCounter",
    "StreamingTransport",
    "UnfinishedRequestError",
    "Values",
    "count_queries",
]
