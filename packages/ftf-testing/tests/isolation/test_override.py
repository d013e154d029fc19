OVERRIDES = """
import pytest
from functools import partial
from ftf.container import Container
from shop import Desk, Fake, Mailer, clock

async def name_of(client):
    return (await client.get("/")).json()[2]

@pytest.mark.parametrize("fake", [Fake, Fake(), lambda: Fake(), partial(Fake)])
async def test_services(client, override, fake):
    assert await name_of(client) == "real"
    override(Mailer, fake)
    assert await name_of(client) == "fake"

async def test_dependents_are_restored(client, container, override):
    desk = container.resolve(Desk)
    with override(Mailer, Fake):
        assert container.resolve(Desk) is not desk
    assert container.resolve(Desk) is desk

@pytest.mark.parametrize("fake", ["noon", lambda: "noon"])
async def test_functions(client, override, fake, app):
    with override(clock, "midnight"):
        override(clock, fake)
        assert (await client.get("/")).json()[1] == "noon"

async def test_nothing_is_left(client, app):
    assert (await client.get("/")).json()[1:3] == ["now", "real"]
    assert not app.dependency_overrides
"""


def test_a_service_or_function_is_overridden_by_a_class_an_object_or_a_factory(project):
    result = project(OVERRIDES).runpytest_inprocess()
    result.assert_outcomes(passed=8)


PLAIN = """
from typing import NewType

import pytest
from fastapi import Depends, FastAPI

class Page:
    def __init__(self, page: int = 1):
        self.number = page

class Last(Page):
    def __init__(self):
        self.number = 9

class Scheme:
    async def __call__(self):
        return "token"

scheme = Scheme()

@pytest.fixture(scope="module")
def app():
    app = FastAPI()

    @app.get("/")
    async def index(page: Page = Depends(), user=Depends(scheme)):
        return [page.number, user]

    return app

async def answer(client):
    return (await client.get("/?page=2")).json()

@pytest.mark.parametrize("last", [Last, Last()])
async def test_replaced(client, override, last):
    with override(Page, last), override(scheme, "ada"):
        assert await answer(client) == [9, "ada"]
    assert await answer(client) == [2, "token"]

async def test_nested(client, override):
    with override(scheme, "ada"):
        with override(scheme, "bo"):
            assert await answer(client) == [2, "bo"]
        assert await answer(client) == [2, "ada"]

def test_forgotten(app, override):
    override(scheme, "ada")
    app.dependency_overrides[Page] = Last

@pytest.mark.parametrize("service", ["page", list[Page], NewType("Number", int)])
def test_no_dependency_of_routes(override, service):
    override(service, 1)
"""


def test_classes_and_objects_in_depends_are_overridden_without_a_container(project):
    result = project(PLAIN).runpytest_inprocess()
    result.assert_outcomes(passed=4, failed=3, errors=1)
    result.stdout.fnmatch_lines(["*The fixture 'container' finds no `container` in <fastapi*"])


def test_what_was_made_under_an_override_is_closed_in_the_loop_of_the_test(project):
    test = """
    from shop import Fake, Mailer

    closed = []

    async def make():
        yield Fake()
        closed.append(True)

    async def test_one(container, override):
        override(Mailer, make)
        await container.aresolve(Mailer)

    def test_two():
        assert closed == [True]
    """
    project(test).runpytest_inprocess().assert_outcomes(passed=2)


def test_sync_tests_without_any_async_plugin_can_override(project):
    test = """
    import pytest
    from ftf.container import Container
    from shop import Fake, Mailer, clock

    @pytest.fixture(scope="module")
    def container():
        container = Container()
        container.register(Mailer)
        return container

    def test_one(container, override):
        override(Mailer, Fake)
        assert isinstance(container.resolve(Mailer), Fake)

    def test_two(container):
        assert isinstance(container.resolve(Mailer), Mailer)

    def test_a_function_needs_an_application(override, monkeypatch):
        monkeypatch.setattr("shop.app", lambda scope, receive, send: None)
        override(clock, "noon")
    """
    arguments = ("-p", "no:asyncio", "-p", "no:anyio")
    result = project(test, loops=()).runpytest_inprocess(*arguments)
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(["*in Depends cannot be overridden: *no `dependency_overrides`*"])
