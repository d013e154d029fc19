"""A pytest plugin for applications on FastAPI and SQLAlchemy."""

from ._application_lines import CodeLine, Origin
from .app._acting_as import ActingAs
from .app._asgi import ASGIApplication
from .app._exchange import IncompleteResponseError, UnfinishedRequestError
from .app._frozen_clock import FrozenClock
from .app._lifespan import LifespanError, LifespanManager
from .app._transport import StreamingTransport
from .cli._command_line import CommandLine
from .contracts._resource_contract import ResourceContractError, resource_contract
from .events._event_fake import EventFake
from .events._event_tester import EventTester
from .factories._columns import FactoryError
from .factories._factory import Factory, Values
from .factories._maker import FactoryMaker
from .isolation._override import Override
from .jobs._job_fake import JobFake
from .jobs._job_tester import FailedRun, JobReport, JobTester
from .provisioning._migration_checks import Migrations
from .queries._assertions import (
    CheckedQueries,
    assert_max_queries,
    assert_no_n_plus_one,
    assert_queries,
    assert_same_query_count,
)
from .queries._counter import QueryCounter, count_queries
from .queries._errors import NPlusOneError, QueryCountError
from .queries._executed_query import ExecutedQuery
from .queries._n_plus_one import Repetition
from .queries._orm_load import Loading, OrmLoad
from .records._assertions import (
    assert_count,
    assert_has,
    assert_idempotent,
    assert_missing,
    assert_soft_deleted,
)

__all__ = [
    "ASGIApplication",
    "ActingAs",
    "CheckedQueries",
    "CodeLine",
    "CommandLine",
    "EventFake",
    "EventTester",
    "ExecutedQuery",
    "Factory",
    "FactoryError",
    "FactoryMaker",
    "FailedRun",
    "FrozenClock",
    "IncompleteResponseError",
    "JobFake",
    "JobReport",
    "JobTester",
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
    "ResourceContractError",
    "StreamingTransport",
    "UnfinishedRequestError",
    "Values",
    "assert_count",
    "assert_has",
    "assert_idempotent",
    "assert_max_queries",
    "assert_missing",
    "assert_no_n_plus_one",
    "assert_queries",
    "assert_same_query_count",
    "assert_soft_deleted",
    "count_queries",
    "resource_contract",
]
