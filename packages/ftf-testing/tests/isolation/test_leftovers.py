import pytest

SCOPE = """
import pytest
from shop import Mailer

async def test_forgotten(container):
    scope = await container.scoped_context().__aenter__()
    scope.resolve(Mailer)

async def test_closed(container):
    async with container.scoped_context() as scope:
        scope.resolve(Mailer)
    container.scoped_context({str: "a"}).close()
"""
OVERRIDE = """
import pytest
from ftf.container import Container
from shop import Desk, Fake, Mailer

async def made():
    yield Fake()

async def test_forgotten(container):
    container.override(Mailer, Fake)

async def test_forgotten_object(container):
    container.override_instance(Mailer, Fake())

async def test_forgotten_and_open(container):
    container.override(Mailer, made)
    await container.aresolve(Mailer)

async def test_forgotten_while_others_are_reset(container):
    container.override(Mailer, Fake)
    Container().reset_overrides()
    container.reset_override(Desk)

async def test_nothing_is_left(container):
    assert isinstance(container.resolve(Mailer), Mailer)

async def test_reset(container):
    container.override(Mailer, Fake)
    container.reset_override(Mailer)

async def test_ended(container):
    with container.override(Mailer, Fake):
        container.override(Mailer, Fake).begin()
        container.reset_override(Mailer)
    async with container.override_context(Mailer, Fake):
        pass
    container.override_instance(Mailer, Fake())
    container.override(Mailer, Fake)
    container.reset_overrides()
"""
DEPENDENCY = """
from shop import clock

async def test_forgotten(client, app):
    app.dependency_overrides[clock] = lambda: "noon"

def test_forgotten_without_a_client(app):
    app.dependency_overrides[clock] = lambda: "noon"

async def test_nothing_is_left(client, app):
    assert (await client.get("/")).json()[1] == "now"
"""
DEPENDENCY_OF_A_FIXTURE = """
import pytest
import shop

@pytest.fixture
def midnight():
    shop.app.dependency_overrides[shop.clock] = lambda: "midnight"
    yield
    shop.app.dependency_overrides.clear()

async def test_in_force(midnight, client):
    assert (await client.get("/")).json()[1] == "midnight"

async def test_replaced(midnight, client):
    shop.app.dependency_overrides[shop.clock] = lambda: "noon"
    assert (await client.get("/")).json()[1] == "noon"

async def test_ended(client):
    assert (await client.get("/")).json()[1] == "now"

@pytest.fixture(scope="class")
def of_the_class():
    shop.app.dependency_overrides[shop.clock] = lambda: "midnight"
    yield
    shop.app.dependency_overrides.clear()

@pytest.mark.usefixtures("of_the_class")
class TestWider:
    async def test_forgotten(self, client):
        shop.app.dependency_overrides[shop.clock] = lambda: "noon"

    async def test_in_force(self, client):
        assert (await client.get("/")).json()[1] == "midnight"
"""


def test_a_scope_that_stays_open_fails_the_test_and_names_the_line(project):
    result = project(SCOPE).runpytest_inprocess()
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(
        [
            "*ERROR at teardown of test_forgotten*",
            "The test did not leave all as it was:",
            "a scope, opened at test_it.py:5 in test_forgotten",
            "End it by `with` or `async with`*",
        ]
    )


def test_an_override_that_stays_in_force_fails_the_test_and_is_ended(project):
    result = project(OVERRIDE).runpytest_inprocess()
    result.assert_outcomes(passed=7, errors=4)
    lines = [
        f"the override of Mailer, begun at test_it.py:{line} in test_forgotten*"
        for line in (9, 12, 15, 19)
    ]
    result.stdout.fnmatch_lines(lines)


def test_a_forgotten_dependency_override_fails_the_test_and_is_ended(project):
    result = project(DEPENDENCY).runpytest_inprocess()
    result.assert_outcomes(passed=3, errors=2)
    forgotten = "app.dependency_overrides?clock (*shop.py:*)? = test_forgotten"
    result.stdout.fnmatch_lines(
        [
            f"{forgotten}.<locals>.<lambda> (*:4)",
            f"{forgotten}_without_a_client.<locals>.<lambda> (*:7)",
        ]
    )


def test_dependency_overrides_that_a_fixture_ends_are_left_to_it(project):
    result = project(DEPENDENCY_OF_A_FIXTURE).runpytest_inprocess()
    result.assert_outcomes(passed=5, errors=1)
    result.stdout.fnmatch_lines(["*ERROR at teardown of TestWider.test_forgotten*"])


@pytest.mark.parametrize("test", [SCOPE, DEPENDENCY.partition("async def test_nothing")[0]])
def test_the_check_can_be_switched_off(project, test):
    result = project(test, "ftf_check_leftovers = false").runpytest_inprocess()
    result.assert_outcomes(passed=test.count("def test"))


def test_fixtures_of_a_wider_scope_keep_what_they_opened(project):
    test = """
    import pytest
    from ftf.container import Container
    from shop import Fake, Mailer

    @pytest.fixture(scope="module")
    def scope():
        with Container().scoped_context() as scope:
            yield scope

    @pytest.fixture(scope="module")
    def other():
        container = Container()
        container.register(Mailer)
        with container.scoped_context(), container.override(Mailer, Fake):
            yield

    def test_one(scope): ...
    def test_two(scope, request):
        request.getfixturevalue("other")

    def test_forgotten(request):
        request.getfixturevalue("other")
        Container().scoped_context()
    """
    project(test).runpytest_inprocess().assert_outcomes(passed=3, errors=1)


def test_a_container_of_a_wider_scope_is_watched_as_well(project):
    test = """
    import pytest
    from ftf.container import Container

    @pytest.fixture(scope="session")
    def container():
        return Container()

    def test_forgotten(container):
        container.scoped_context()

    def test_clean(container):
        with container.scoped_context(): ...
    """
    project(test).runpytest_inprocess().assert_outcomes(passed=2, errors=1)
