"""The part of the pytest plugin that counts queries; it imports SQLAlchemy when it counts."""

from collections.abc import Generator, Iterator
from importlib.util import find_spec

import pytest

from ._assertions import check_count, check_n_plus_one
from ._counter import QueryCounter
from ._errors import NPlusOneError, QueryCountError, ran
from ._n_plus_one import IsOfTests, repetitions
from ._options import Policy, current_options, use_options
from ._report import explain, report
from ._settings import declare_settings, read_options
from ._test_code import calls_distinguished, test_files

_MARKERS = (
    "max_queries(n): fail the test if it runs more than n queries",
    "allow_n_plus_one(reason): allow that the test runs a query for each of many records",
)
_COUNTER = pytest.StashKey[QueryCounter]()
_RUNNING = pytest.StashKey[pytest.Item]()


class NPlusOneWarning(UserWarning):
    """A test ran a query for each of many records."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the settings about queries."""
    declare_settings(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Declare the markers, and use the settings for this test run."""
    for marker in _MARKERS:
        config.addinivalue_line("markers", marker)
    config.add_cleanup(use_options(read_options(config)))


@pytest.fixture
def query_counter(request: pytest.FixtureRequest) -> Iterator[QueryCounter]:
    """Return a counter of the test's own queries, on every engine, in every task and thread."""
    _need_sqlalchemy("query_counter")
    with QueryCounter(engine_wide=True) as counter:
        request.node.stash[_COUNTER] = counter
        yield counter


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    """Count the queries of a test, without those of its fixtures, if a limit is set."""
    __tracebackhide__ = True
    # pytest_assertrepr_compare gets the config, but not the item.
    item.config.stash[_RUNNING] = item
    if counter := item.stash.get(_COUNTER, None):
        counter.reset()
    most, policy = _most_queries(item), _policy(item)
    if most is None and policy == "off":
        yield
        return
    _need_sqlalchemy("max_queries and ftf_n_plus_one")
    with QueryCounter(engine_wide=True) as counted, calls_distinguished(item):
        yield
    if problem := _problem(counted, most, policy, test_files(item.config)):
        if policy == "warn" and isinstance(problem, NPlusOneError):
            item.warn(NPlusOneWarning(str(problem)))
        else:
            pytest.fail(str(problem), pytrace=False)


def _problem(
    counted: QueryCounter, most: int | None, policy: Policy, is_of_tests: IsOfTests
) -> QueryCountError | NPlusOneError | None:
    try:
        if most is not None:
            check_count(counted, 0, most)
        if policy != "off":
            check_n_plus_one(counted, is_of_tests=is_of_tests)
    except (QueryCountError, NPlusOneError) as error:
        return error
    return None


def _most_queries(item: pytest.Item) -> int | None:
    if (marker := item.get_closest_marker("max_queries")) is None:
        return current_options().max_queries
    match [*marker.args, *marker.kwargs.items()]:
        case [int(most)] | [("n", int(most))] if most >= 0:
            return most
    raise pytest.UsageError(f"{item.nodeid}: write max_queries(n) with the number n of queries")


def _policy(item: pytest.Item) -> Policy:
    if (marker := item.get_closest_marker("allow_n_plus_one")) is None:
        return current_options().n_plus_one
    if not [*marker.args, *marker.kwargs.values()]:
        raise pytest.UsageError(f'{item.nodeid}: write allow_n_plus_one("reason")')
    return "off"


def _need_sqlalchemy(what: str) -> None:
    if find_spec("sqlalchemy") is None:
        raise pytest.UsageError(f"{what} counts the queries of SQLAlchemy, which is not installed")


def pytest_assertrepr_compare(
    config: pytest.Config, op: str, left: object, right: object
) -> list[str] | None:
    """List the queries where a counter was compared with a number.

    pytest truncates the explanation of a comparison: the whole list is a report section.
    """
    counter = left if isinstance(left, QueryCounter) else right
    if not isinstance(counter, QueryCounter):
        return None
    queries = counter.executed
    if (item := config.stash.get(_RUNNING, None)) is not None:
        item.add_report_section("call", "queries", "\n".join((ran(queries), *report(queries))))
    return [f"{left!r} {op} {right!r}", *explain(repetitions(queries))]
