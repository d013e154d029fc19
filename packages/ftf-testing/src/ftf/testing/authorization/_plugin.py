"""The part of the pytest plugin that is about policies."""

from collections.abc import Generator
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from ._watch import AuthorizationWatch

_WATCH: "pytest.StashKey[AuthorizationWatch]" = pytest.StashKey()


@pytest.fixture
def assert_authorized(request: pytest.FixtureRequest) -> None:
    """Fail the test if a request writes rows, and neither a policy nor `@public` decides."""
    for needed in ("ftf.http", "sqlalchemy"):
        if find_spec(needed) is None:
            pytest.fail(f"The fixture 'assert_authorized' needs {needed}.", pytrace=False)
    from ._watch import AuthorizationWatch

    request.node.stash[_WATCH] = AuthorizationWatch(request.getfixturevalue("app"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    """Watch the requests of a test, without those of its fixtures, if the test wants that."""
    __tracebackhide__ = True
    watch = item.stash.get(_WATCH, None)
    if watch is None:
        yield
        return
    with watch.active():
        yield
    if report := watch.report():
        pytest.fail(report, pytrace=False)
