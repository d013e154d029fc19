"""Who owns a service, and that it is closed once; see `test_teardown`."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from io import BytesIO
from sqlite3 import Connection, ProgrammingError, connect

import pytest

from ftf.container import AsyncDependencyError, Container


class Pool:
    """Logs under its own name when it is closed."""

    closed: list[str]

    def close(self) -> None:
        self.closed.append(type(self).__name__)


class Session(Pool):
    def __init__(self, pool: Pool) -> None:
        self.pool = pool


class Reader:
    def __init__(self, session: Session) -> None: ...


@pytest.fixture
def closed(monkeypatch) -> list[str]:
    log: list[str] = []
    monkeypatch.setattr(Pool, "closed", log, raising=False)
    return log


async def fail(session: Session) -> Reader:
    raise LookupError("no reader")


@pytest.mark.parametrize("lifetime", ["singleton", "scoped"])
async def test_edge_37_what_a_failed_graph_built_is_closed_once_and_with_its_owner(
    closed, lifetime
):
    container = Container()
    container.register(Pool, scope="singleton")
    container.register(Session, scope=lifetime)
    container.register(Reader, fail, scope=lifetime)
    async with container:
        async with container.scoped_context() as scope:
            for _ in range(3):
                with pytest.raises(LookupError, match="no reader"):
                    await scope.aresolve(Reader)
            assert closed == []
        assert closed == ["Session"] * (lifetime == "scoped")
    assert closed == ["Session", "Pool"]


@pytest.mark.parametrize("closing", ["close", "aclose"])
async def test_edge_38_closing_a_scope_again_does_nothing(closed, closing):
    container = Container()
    container.register(Pool, scope="scoped")
    with container.scoped_context() as scope:
        scope.resolve(Pool)
    assert closed == ["Pool"]
    if closing == "close":
        scope.close()
    else:
        await scope.aclose()
    assert closed == ["Pool"]


async def test_edge_38_a_teardown_may_close_its_own_scope(closed):
    container = Container()
    container.register(Pool, scope="scoped")

    def lend(pool: Pool) -> Iterator[Session]:
        yield Session(pool)
        closed.append("Session")
        scope.close()

    container.register(Session, lend, scope="scoped")
    async with container.scoped_context() as scope:
        scope.resolve(Session)
    assert closed == ["Session", "Pool"]


async def test_edge_38_disposing_of_a_container_again_does_nothing(closed):
    container = Container()
    container.register(Pool, scope="singleton")
    container.resolve(Pool)
    await container.dispose_all()
    await container.dispose_all()
    container.reset_singletons()
    assert closed == ["Pool"]


async def alend(closed: list[str], pool: Pool) -> AsyncIterator[Session]:
    yield Session(pool)
    closed.append("Session")


def make_async(closed: list[str], lifetime: str) -> Container:
    container = Container()
    container.instance(list[str], closed)
    container.register(Pool, scope=lifetime)
    container.register(Session, alend, scope=lifetime)
    return container


async def test_edge_39_a_plain_close_refuses_async_resources_and_leaves_everything_open(closed):
    scope = make_async(closed, "scoped").scoped_context()
    session = await scope.aresolve(Session)
    for _ in range(2):
        with pytest.raises(AsyncDependencyError, match="async with") as caught:
            scope.close()
        assert caught.value.key is Session
    assert closed == []
    assert scope.resolve(Session) is session
    await scope.aclose()
    assert closed == ["Session", "Pool"]


async def test_edge_39_a_failed_body_is_not_hidden_by_the_refusal(closed):
    scope = make_async(closed, "scoped").scoped_context()
    with pytest.raises(LookupError, match="broken") as caught, scope:
        await scope.aresolve(Session)
        raise LookupError("broken")
    (note,) = caught.value.__notes__
    assert note.startswith("What was opened stays open. Session has to be awaited.")
    await scope.aclose()
    assert closed == ["Session", "Pool"]


async def test_edge_39_resetting_singletons_refuses_async_resources(closed):
    container = make_async(closed, "singleton")
    session = await container.aresolve(Session)
    with pytest.raises(AsyncDependencyError, match="Session has to be awaited"):
        container.reset_singletons()
    assert closed == []
    assert container.resolve(Session) is session
    await container.dispose_all()
    assert closed == ["Session", "Pool"]


async def test_edge_39_a_close_that_turns_out_to_be_awaitable_is_reported():
    class Sly:
        def close(self) -> asyncio.Future[None]:
            return asyncio.get_running_loop().create_future()

    container = Container()
    container.register(Sly, scope="scoped")
    with (
        pytest.raises(ExceptionGroup, match="closing the scope failed") as caught,
        container.scoped_context() as scope,
    ):
        scope.resolve(Sly)
    (error,) = caught.value.exceptions
    assert isinstance(error, AsyncDependencyError)
    assert error.key is Sly


async def test_edge_40_what_the_container_was_given_it_never_closes(closed):
    container = Container()
    container.instance(Pool, Pool())
    container.register(Session, scope="scoped")
    values = {Session: Session(Pool())}
    with container.scoped_context(values) as scope:
        assert scope.resolve(Session) is values[Session]
        assert scope.resolve(Reader)
    with container.override(Session, lambda: values[Session]), container.scoped_context() as scope:
        assert scope.resolve(Session) is values[Session]
        scope.resolve(Pool)
    await container.dispose_all()
    assert closed == ["Session"], "the factory of the override made it"


async def test_edge_40_an_instance_that_overrides_is_never_closed(closed):
    container, fake = Container(), Pool()
    container.register(Pool, scope="singleton")
    container.register(Session, lambda pool: pool, scope="scoped")
    with container.override_instance(Pool, fake), container.scoped_context() as scope:
        assert scope.resolve(Pool) is fake
    await container.dispose_all()
    assert closed == []


@pytest.mark.parametrize("lifetime", ["singleton", "scoped"])
async def test_edge_40_one_instance_under_many_keys_is_closed_once(closed, lifetime):
    def same(session: Session) -> Session:
        return session

    async def asame(session: Session) -> Session:
        return session

    class Loud(Session): ...

    class Louder(Loud): ...

    container = Container()
    container.register(Pool, scope="singleton")
    container.register(Session, scope=lifetime)
    container.register(Loud, same, scope=lifetime)
    container.register(Louder, asame, scope=lifetime)
    async with container, container.scoped_context() as scope:
        assert await scope.aresolve(Louder) is scope.resolve(Loud) is scope.resolve(Session)
    assert closed == ["Session", "Pool"]


async def test_edge_40_a_generator_closes_what_it_yields_itself(closed):
    def lend(pool: Pool) -> Iterator[Session]:
        session = Session(pool)
        yield session
        closed.append("generator")

    container = Container()
    container.instance(Pool, Pool())
    container.register(Session, lend, scope="scoped")
    with container.scoped_context() as scope:
        scope.resolve(Session)
    assert closed == ["generator"]


class Account:
    def close(self, reason: str) -> None:
        raise AssertionError("nobody told why")


class Ledger:
    @property
    def close(self) -> None:
        raise AssertionError("not even looked at")


class Door:
    close = False
    dispose = "not a method"


class Shop:
    def __init__(self) -> None:
        self.close = self.shut

    def shut(self) -> None:
        raise AssertionError("only a class says what closes its instances")


class Magic:
    def __getattr__(self, name: str) -> object:
        raise AssertionError("not even looked at")


@pytest.mark.parametrize("service", [Account, Ledger, Door, Shop, Magic])
@pytest.mark.parametrize("is_class", [True, False])
async def test_edge_41_what_only_looks_like_closing_is_left_alone(service, is_class):
    def make() -> service:
        return service()

    container = Container()
    container.register(service, service if is_class else make, scope="scoped")
    async with container.scoped_context() as scope:
        assert type(scope.resolve(service)) is service


async def test_edge_41_a_close_with_defaults_is_called():
    closed = []

    class Files:
        def close(self, *paths: str, force: bool = False, **options: object) -> None:
            closed.append((paths, force, options))

    container = Container()
    container.register(Files, scope="scoped")
    with container.scoped_context() as scope:
        scope.resolve(Files)
    assert closed == [((), False, {})]


async def test_edge_41_a_close_that_is_not_written_in_python_is_called():
    container = Container()
    container.register(BytesIO, BytesIO, scope="scoped")
    container.register(Connection, lambda: connect(":memory:"), scope="scoped")
    with container.scoped_context() as scope:
        buffer, connection = scope.resolve(BytesIO), scope.resolve(Connection)
    assert buffer.closed
    with pytest.raises(ProgrammingError, match="closed database"):
        connection.execute("select 1")
