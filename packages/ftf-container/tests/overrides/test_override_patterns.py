"""Fifteen ways in which tests put fakes into an application."""

from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from typing import Annotated, Protocol
from unittest.mock import AsyncMock, Mock, create_autospec

import pytest

from ftf.container import Container, ServiceProvider


class Database(Protocol):
    def query(self) -> str: ...


class PostgresDatabase:
    def query(self) -> str:
        return "postgres"


class FakeDatabase:
    def query(self) -> str:
        return "fake"


class Mailer:
    async def send(self) -> str:
        return "sent"


class Settings:
    def __init__(self, *, debug: bool = False) -> None:
        self.debug = debug


class UserService:
    def __init__(self, database: Database, mailer: Mailer, settings: Settings) -> None:
        self.database = database
        self.mailer = mailer
        self.settings = settings


class UserController:
    def __init__(self, service: UserService) -> None:
        self.service = service


@pytest.fixture
def container():
    container = Container()
    container.register(Database, PostgresDatabase, scope="singleton")
    container.register(Settings, scope="singleton")
    container.register(UserService)
    return container


def asked(container: Container) -> str:
    return container.resolve(UserController).service.database.query()


def test_pattern_1_a_type(container):
    container.override(Database, FakeDatabase)
    assert asked(container) == "fake"


def test_pattern_2_an_instance_which_may_be_a_mock(container):
    database = Mock(spec=PostgresDatabase)
    database.query.return_value = "mocked"
    container.override_instance(Database, database)
    assert asked(container) == "mocked"
    database.query.assert_called_once_with()


async def test_pattern_3_for_the_length_of_a_block(container):
    async with container.override_context(Database, FakeDatabase):
        assert asked(container) == "fake"
    assert asked(container) == "postgres"


def test_pattern_4_reset_all_of_them(container):
    container.override(Database, FakeDatabase)
    container.override_instance(Settings, Settings(debug=True))
    container.reset_overrides()
    assert asked(container) == "postgres"
    assert not container.resolve(Settings).debug


def test_pattern_5_reset_one_of_them(container):
    container.override(Database, FakeDatabase)
    container.override_instance(Settings, Settings(debug=True))
    container.reset_override(Database)
    assert asked(container) == "postgres"
    assert container.resolve(Settings).debug


def test_pattern_6_a_factory_that_needs_services_itself(container):
    class Preset(FakeDatabase):
        def __init__(self, answer: str) -> None:
            self.answer = answer

        def query(self) -> str:
            return self.answer

    def preset(settings: Settings) -> Preset:
        return Preset(f"debug={settings.debug}")

    container.override(Database, preset)
    container.override_instance(Settings, Settings(debug=True))
    assert asked(container) == "debug=True"


async def test_pattern_7_an_async_factory(container):
    async def connect() -> FakeDatabase:
        return FakeDatabase()

    async with container.override(Database, connect):
        controller = await container.aresolve(UserController)
        assert controller.service.database.query() == "fake"


def test_pattern_8_a_generator_that_cleans_up(container):
    events = []

    def temporary() -> Iterator[FakeDatabase]:
        events.append("created")
        yield FakeDatabase()
        events.append("dropped")

    with container.override(Database, temporary):
        assert asked(container) == asked(container) == "fake"
        assert events == ["created"]
    assert events == ["created", "dropped"]


async def test_pattern_9_an_async_generator_that_cleans_up(container):
    events = []

    async def temporary() -> AsyncIterator[FakeDatabase]:
        events.append("created")
        yield FakeDatabase()
        events.append("dropped")

    async with container.override(Database, temporary):
        await container.aresolve(UserController)
    assert events == ["created", "dropped"]


def test_pattern_10_several_in_one_block_or_stack(container):
    debug = Settings(debug=True)
    with (
        container.override(Database, FakeDatabase),
        container.override_instance(Settings, debug),
        ExitStack() as stack,
    ):
        stack.enter_context(container.override(Mailer, AsyncMock))
        service = container.resolve(UserService)
        assert service.database.query() == "fake"
        assert service.settings is debug
        assert isinstance(service.mailer, AsyncMock)
    assert type(container.resolve(UserService).mailer) is Mailer


def test_pattern_11_one_inside_another(container):
    class Empty(FakeDatabase):
        def query(self) -> str:
            return "empty"

    with container.override(Database, FakeDatabase):
        with container.override(Database, Empty):
            assert asked(container) == "empty"
        assert asked(container) == "fake"


async def test_pattern_12_an_async_mock_of_an_async_service(container):
    mailer = create_autospec(Mailer, instance=True)
    mailer.send.return_value = "recorded"
    with container.override_instance(Mailer, mailer):
        service = await container.aresolve(UserService)
        assert await service.mailer.send() == "recorded"
    mailer.send.assert_awaited_once_with()


def test_pattern_13_a_spy_around_the_real_one(container):
    class Spy:
        def __init__(self, inner: Annotated[Database, "real"]) -> None:
            self.inner = inner
            self.calls = 0

        def query(self) -> str:
            self.calls += 1
            return self.inner.query()

    container.register(Annotated[Database, "real"], PostgresDatabase)
    with container.override(Database, Spy):
        assert asked(container) == asked(container) == "postgres"
        assert container.resolve(Database).calls == 2


async def test_pattern_14_a_scoped_service_within_a_scope_that_is_open(container):
    container.register(Database, PostgresDatabase, scope="scoped")
    async with container.scoped_context() as scope:
        real = scope.resolve(Database)
        async with container.override(Database, FakeDatabase):
            assert scope.resolve(UserService).database.query() == "fake"
            assert scope.resolve(Database) is scope.resolve(UserService).database
        assert scope.resolve(UserService).database is real


async def test_pattern_15_what_a_service_provider_registers(container):
    class MailProvider(ServiceProvider):
        provides = (Mailer,)

        def register(self, container: Container) -> None:
            container.register(Mailer, scope="singleton")

        async def boot(self, mailer: Mailer) -> None:
            await mailer.send()

    sent = create_autospec(Mailer, instance=True)
    container.add_provider(MailProvider())
    with container.override_instance(Mailer, sent):
        await container.boot()
    sent.send.assert_awaited_once_with()
    assert type(container.resolve(Mailer)) is Mailer
