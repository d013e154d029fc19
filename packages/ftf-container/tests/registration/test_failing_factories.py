"""What factories that fail leave behind, and what is reported."""

from collections.abc import AsyncIterator, Iterator

import pytest
from services import Engine, Pool, Service, Session

from ftf.container import (
    CaptiveDependencyError,
    Container,
    DependencyResolutionError,
    InvalidRegistrationError,
    Scope,
    ScopeNotActiveError,
)


class Report:
    def __init__(self, pool: Pool, session: Session) -> None: ...


class Page:
    def __init__(self, report: Report) -> None: ...


class Failing:
    """A factory that fails a number of times before it works."""

    def __init__(self, failures: int) -> None:
        self.failures = failures

    def __call__(self) -> Session:
        if self.failures:
            self.failures -= 1
            raise ValueError("not yet")
        return Session()


@pytest.fixture
def log() -> list[str]:
    return []


@pytest.fixture(params=["sync", "async"])
def lend_pool(request, log):
    """A generator factory that logs, of either kind."""

    def lend() -> Iterator[Pool]:
        log.append("pool opened")
        yield Pool()
        log.append("pool closed")

    async def alend() -> AsyncIterator[Pool]:
        for pool in lend():
            yield pool

    return lend if request.param == "sync" else alend


@pytest.mark.parametrize("lifetime", ["singleton", "scoped", "transient"])
async def test_edge_27_siblings_of_a_failed_service_are_closed_with_the_scope(
    lend_pool, log, lifetime
):
    container = Container()
    container.register(Pool, lend_pool)
    container.register(Session, Failing(1))
    container.register(Report, scope=lifetime)
    async with container, container.scoped_context() as scope:
        with pytest.raises(ValueError, match="not yet"):
            await scope.aresolve(Page)
        assert log == ["pool opened"]
    assert log == ["pool opened", "pool closed"]


@pytest.mark.parametrize("lifetime", ["singleton", "scoped"])
async def test_edge_27_a_retry_keeps_the_siblings_that_worked(lend_pool, log, lifetime):
    container = Container()
    container.register(Pool, lend_pool, scope=lifetime)
    container.register(Session, Failing(2), scope=lifetime)
    container.register(Report, scope=lifetime)
    async with container, container.scoped_context() as scope:
        for _ in range(2):
            with pytest.raises(ValueError, match="not yet"):
                await scope.aresolve(Page)
        assert await scope.aresolve(Report) is await scope.aresolve(Report)
    assert log == ["pool opened", "pool closed"]


def test_edge_27_the_path_in_an_error_does_not_grow_with_retries():
    container = Container()
    container.register(Session, scope="scoped")
    paths = []
    for _ in range(3):
        with pytest.raises(ScopeNotActiveError, match="Session is scoped") as caught:
            container.resolve(Page)
        paths.append([step.key for step in caught.value.path])
    assert paths == [[Page, Report, Session]] * 3


async def test_edge_27_a_failure_in_a_factory_reaches_the_caller_as_it_is():
    failure = ValueError("mine")

    async def fail() -> Session:
        raise failure

    container = Container()
    container.register(Session, fail)
    with pytest.raises(ValueError, match=r"^mine$") as caught:
        await container.aresolve(Page)
    assert caught.value is failure
    assert failure.__cause__ is failure.__context__ is None


@pytest.mark.parametrize("lifetime", ["singleton", "scoped", "transient"])
async def test_edge_28_a_type_error_in_the_body_is_not_taken_for_a_missing_argument(lifetime):
    class Typo(Session):
        def __init__(self) -> None:
            len(3)

    container = Container()
    container.register(Session, Typo, scope=lifetime)
    with container.scoped_context() as scope:
        for resolve in (scope.resolve, container.resolve):
            with pytest.raises(TypeError, match="has no len") as caught:
                resolve(Page)
            assert not isinstance(caught.value, DependencyResolutionError)
            assert caught.traceback[-1].name == "__init__"


def twice(log: list[str]) -> Iterator[Pool]:
    try:
        yield Pool()
        yield Pool()
    finally:
        log.append("closed")


async def atwice(log: list[str]) -> AsyncIterator[Pool]:
    for pool in twice(log):
        yield pool


@pytest.mark.parametrize("factory", [twice, atwice])
async def test_edge_29_a_second_yield_is_an_error_when_the_generator_is_closed(factory, log):
    container = Container()
    container.instance(list[str], log)
    container.register(Pool, factory)
    with pytest.raises(ExceptionGroup, match="closing the scope failed") as caught:
        async with container.scoped_context() as scope:
            assert isinstance(await scope.aresolve(Pool), Pool)
    (error,) = caught.value.exceptions
    assert "twice yielded more than once" in str(error)
    assert log == ["closed"]


def test_edge_29_a_plain_with_reports_a_second_yield_as_well(log):
    container = Container()
    container.instance(list[str], log)
    container.register(Pool, twice)
    with (
        pytest.raises(ExceptionGroup, match="closing the scope failed"),
        container.scoped_context() as scope,
    ):
        scope.resolve(Pool)
    assert log == ["closed"]


def stubborn() -> Iterator[Pool]:
    try:
        yield Pool()
    except ValueError:
        yield Pool()


async def astubborn() -> AsyncIterator[Pool]:
    try:
        yield Pool()
    except ValueError:
        yield Pool()


@pytest.mark.parametrize("factory", [stubborn, astubborn])
async def test_edge_29_a_generator_that_yields_again_after_a_failure_does_not_hide_it(factory):
    container = Container()
    container.register(Pool, factory)
    with pytest.raises(ValueError, match="broken") as caught:
        async with container.scoped_context() as scope:
            await scope.aresolve(Pool)
            raise ValueError("broken")
    (note,) = caught.value.__notes__
    assert "stubborn yielded more than once" in note


async def anever() -> AsyncIterator[Pool]:
    return
    yield


@pytest.mark.parametrize("lifetime", ["singleton", "scoped", "transient"])
async def test_edge_29_an_async_generator_that_never_yields_is_an_error(lifetime):
    container = Container()
    container.register(Pool, anever, scope=lifetime)
    async with container, container.scoped_context() as scope:
        for _ in range(2):
            with pytest.raises(InvalidRegistrationError, match="yields nothing") as caught:
                await scope.aresolve(Pool)
            assert caught.value.key is Pool
            assert "test_failing_factories.py" in str(caught.value)


def early() -> Iterator[Pool]:
    raise ValueError("too early")
    yield


async def aearly() -> AsyncIterator[Pool]:
    raise ValueError("too early")
    yield


@pytest.mark.parametrize("factory", [early, aearly])
@pytest.mark.parametrize("lifetime", ["singleton", "scoped", "transient"])
async def test_edge_29_a_generator_that_raises_before_its_yield_leaves_nothing_to_close(
    factory, lifetime
):
    container = Container()
    container.register(Pool, factory, scope=lifetime)
    async with container, container.scoped_context() as scope:
        for _ in range(2):
            with pytest.raises(ValueError, match="too early"):
                await scope.aresolve(Pool)


class Unit:
    """A service that looks up others as it goes."""

    def __init__(self, container: Container, scope: Scope) -> None:
        self.container, self.scope = container, scope


async def test_edge_30_a_factory_can_ask_for_the_container_and_for_its_scope():
    container = Container()
    container.register(Session, scope="scoped")
    async with container.scoped_context() as outer, container.scoped_context() as inner:
        for scope in (outer, inner):
            unit = await scope.aresolve(Unit)
            assert (unit.container, unit.scope) == (container, scope)
            assert unit.scope.resolve(Session) is scope.resolve(Session)
        assert container.resolve(Scope) is inner
        assert container.call(lambda scope: scope, scope=outer) is outer


def test_edge_30_the_scope_cannot_be_had_where_there_is_none_nor_be_kept_by_a_singleton():
    container = Container()
    with pytest.raises(ScopeNotActiveError, match="Scope is scoped") as caught:
        container.resolve(Unit)
    assert [step.key for step in caught.value.path] == [Unit, Scope]
    container.register(Unit, scope="singleton")
    with (
        container.scoped_context() as scope,
        pytest.raises(CaptiveDependencyError, match="keep the scoped Scope"),
    ):
        scope.resolve(Unit)


@pytest.mark.parametrize("lifetime", ["scoped", "singleton", "transient"])
async def test_edge_30_a_singleton_may_ask_the_container(lifetime):
    def service(container: Container) -> Service:
        return Service(container.resolve(Engine))

    async def aservice(container: Container) -> Service:
        return Service(await container.aresolve(Engine))

    container = Container()
    container.register(Engine, scope=lifetime)
    container.register(Service, aservice if lifetime == "scoped" else service, scope="singleton")
    async with container.scoped_context():
        assert isinstance((await container.aresolve(Service)).engine, Engine)
