import gc
from warnings import catch_warnings

import pytest

LOOPS = ("asyncio_default_fixture_loop_scope = function",)
USE = """
import pytest
from shop import events

{mark}
async def test_index(client):
    assert events[-1] == "start"
    assert (await client.get("/")).json() == [1, "now", "real", None]

{mark}
async def test_it_was_stopped_and_is_started_again(client):
    assert events[-2:] == ["stop", "start"]

{mark}
async def test_endless(client):
    async with client.stream("GET", "/events") as response:
        assert await anext(response.aiter_lines()) == "data: 1"
"""
SCOPES = ["function", "class", "module", "package", "session"]


def test_the_client_is_of_the_started_application(project):
    project(USE.format(mark="")).runpytest_inprocess().assert_outcomes(passed=3)


@pytest.mark.parametrize("scope", SCOPES)
def test_edge_52_the_application_runs_in_the_loop_of_the_test_whatever_its_scope(project, scope):
    test = """
    import asyncio
    import pytest

    loops = []

    @pytest.fixture
    def app():
        async def app(scope, receive, send):
            loops.append(asyncio.get_running_loop())
            await receive()
            if scope["type"] == "lifespan":
                await send({{"type": "lifespan.startup.complete"}})
                await receive()
                loops.append(asyncio.get_running_loop())
                await send({{"type": "lifespan.shutdown.complete"}})
            else:
                await send({{"type": "http.response.start", "status": 204}})
                await send({{"type": "http.response.body"}})
        return app

    @pytest.mark.asyncio(loop_scope="{scope}")
    class TestLoops:
        async def test_one(self, client):
            await client.get("/")
            assert set(loops) == {{asyncio.get_running_loop()}}

        async def test_two(self, client):
            await client.get("/")
            expected = 2 if "{scope}" == "function" else 1
            assert len(set(loops)) == expected
    """
    project(test.format(scope=scope), loops=LOOPS).runpytest_inprocess().assert_outcomes(passed=2)


@pytest.mark.parametrize("scope", SCOPES)
def test_edge_52_the_default_loop_scope_of_tests_counts(project, scope):
    default = f"asyncio_default_test_loop_scope = {scope}"
    project(USE.format(mark=""), default).runpytest_inprocess().assert_outcomes(passed=3)


def test_edge_52_strict_mode_needs_no_more_than_its_marker(project):
    test = USE.format(mark="@pytest.mark.asyncio")
    project(test, loops=LOOPS).runpytest_inprocess().assert_outcomes(passed=3)


@pytest.mark.parametrize("arguments", [(), ("-p", "no:asyncio")])
def test_edge_52_anyio_runs_the_tests_as_well(project, arguments):
    test = USE.format(mark="@pytest.mark.anyio")
    test += '\n@pytest.fixture\ndef anyio_backend():\n    return "asyncio"\n'
    loops = () if arguments else LOOPS
    with catch_warnings(action="ignore", category=ResourceWarning):
        project(test, loops=loops).runpytest_inprocess(*arguments).assert_outcomes(passed=3)
        gc.collect()  # an older pytest-asyncio forgets a loop where anyio sets another one


def test_another_event_loop_than_that_of_asyncio_is_refused(project):
    test = """
    import pytest

    @pytest.fixture
    def anyio_backend():
        return "trio"

    @pytest.mark.anyio
    async def test_it(client): ...
    """
    result = project(test, loops=()).runpytest_inprocess("-p", "no:asyncio")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        ["*fixtures of ftf-testing need asyncio: write a fixture `anyio_backend`*"]
    )


def test_a_sync_test_can_have_fixtures_that_use_the_client(project):
    test = """
    import pytest

    @pytest.fixture
    async def answer(client):
        return (await client.get("/")).json()

    def test_it(answer):
        assert answer[0] == 1
    """
    project(test).runpytest_inprocess().assert_outcomes(passed=1)


def test_a_start_that_fails_fails_the_test_with_its_reason(project):
    test = """
    import pytest
    from contextlib import asynccontextmanager
    from fastapi import FastAPI

    @pytest.fixture
    def app():
        @asynccontextmanager
        async def lifespan(app):
            raise ConnectionError("no database")
            yield
        return FastAPI(lifespan=lifespan)

    async def test_it(client): ...
    """
    result = project(test).runpytest_inprocess()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        ["E *ConnectionError: no database", "E *application's lifespan raised it at startup."]
    )


def test_what_the_application_raises_fails_the_test_unless_the_project_says_otherwise(project):
    test = """
    import pytest

    async def test_it(client):
        assert (await client.get("/error")).status_code == 500

    class TestAnswers:
        @pytest.fixture
        def raise_app_exceptions(self):
            return False

        async def test_it(self, client):
            assert (await client.get("/error")).status_code == 500
    """
    result = project(test).runpytest_inprocess()
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["E *ZeroDivisionError: broken"])


def test_clients_act_as_several_users_at_once(project):
    test = """
    import pytest

    class User:
        def __init__(self, name):
            self.name = name

    async def user_of(client):
        return (await client.get("/")).json()[-1]

    async def test_headers(client, acting_as):
        ada, bo = acting_as({"X-User": "ada"}), acting_as({"X-User": "bo"})
        assert [await user_of(each) for each in (ada, bo, client)] == ["ada", "bo", None]

    class TestUsers:
        @pytest.fixture
        def auth_headers(self):
            return lambda user: {"X-User": user.name}

        async def test_user(self, acting_as):
            assert await user_of(acting_as(User("ada"))) == "ada"

    async def test_unknown(acting_as):
        acting_as("ada")
    """
    result = project(test).runpytest_inprocess()
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(["*how 'ada' is authenticated*a fixture `auth_headers`*"])


def test_headers_may_be_awaited_once_before_the_first_request(project):
    test = """
    from asyncio import gather
    import pytest

    asked = []

    class Later:
        def __init__(self, user):
            self.user = user

        def __await__(self):
            yield
            return {"X-User": self.user}

    @pytest.fixture
    def auth_headers():
        async def headers(user):
            asked.append(user)
            return {"X-User": user}
        return lambda user: headers(user) if user != "later" else Later(user)

    async def user_of(client):
        return (await client.get("/")).json()[-1]

    async def test_awaited(acting_as, client):
        ada, bo, unused, later = map(acting_as, ("ada", "bo", "unused", "later"))
        assert asked == []
        assert await gather(*map(user_of, (ada, ada, bo))) == ["ada", "ada", "bo"]
        assert [await user_of(each) for each in (ada, later, client)] == ["ada", "later", None]
        assert sorted(asked) == ["ada", "bo"]
    """
    project(test).runpytest_inprocess().assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("app", "message"),
    [
        ("shop", "it does not name a module and an object"),
        ("shop:nothing", "module 'shop' has no attribute 'nothing'"),
        ("shop:events", "[[]] is not an ASGI application"),
        ("shopp:app", "No module named 'shopp' (see `pythonpath`)"),
    ],
)
def test_an_application_that_is_not_there_is_named_with_the_remedy(project, app, message):
    result = project("def test_it(app): ...", app=app).runpytest_inprocess()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"*ftf_app = {app}: {message}*"])


def test_an_error_within_the_module_of_the_application_is_shown_as_it_is(project):
    files = {"broken": "import nowhere"}
    result = project("def test_it(app): ...", app="broken:app", **files).runpytest_inprocess()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["E *ModuleNotFoundError: No module named 'nowhere'"])


def test_an_application_can_be_made_for_each_test(project):
    test = """
    apps = set()

    def test_one(app):
        apps.add(app)

    def test_two(app):
        assert len({*apps, app}) == 2
    """
    project(test, app="shop:make_app()").runpytest_inprocess().assert_outcomes(passed=2)


def test_without_an_application_the_remedies_are_named(project):
    test = "def test_app(app): ...\ndef test_container(container): ..."
    result = project(test, app="").runpytest_inprocess()
    result.assert_outcomes(errors=2)
    result.stdout.fnmatch_lines(["*set the ini option `ftf_app`*or write a fixture `app`*"])


def test_an_application_without_a_container_is_named(project):
    result = project("def test_it(container): ...", app="shop:make_app()")
    result = result.runpytest_inprocess()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*finds no `container` in <fastapi*write a fixture `container`*"])


def test_without_httpx_the_extra_is_named(project, monkeypatch):
    monkeypatch.setattr("ftf.testing.app._client.find_spec", lambda name: None)
    result = project("async def test_it(client): ...").runpytest_inprocess()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*A client needs httpx: install ftf-testing?http?*"])
