import pytest
from services import Repository, Session

from ftf.container import Container, ScopeNotActiveError


async def _open() -> Session:
    return Session()


@pytest.mark.parametrize("factory", [Session, _open])
async def test_a_singleton_is_one_everywhere(factory):
    container = Container()
    container.register(Session, factory, scope="singleton")
    async with container.scoped_context() as scope:
        inside = await scope.aresolve(Session)
    assert await container.aresolve(Session) is inside


@pytest.mark.parametrize("factory", [Session, _open])
async def test_a_scoped_service_is_one_in_each_scope(factory):
    container = Container()
    container.register(Session, factory, scope="scoped")
    async with container.scoped_context() as scope:
        first = await scope.aresolve(Session)
        assert (await scope.aresolve(Repository)).session is first
    async with container.scoped_context() as scope:
        assert await scope.aresolve(Session) is not first


@pytest.mark.parametrize("factory", [Session, _open])
async def test_a_transient_service_is_new_each_time(factory):
    container = Container()
    container.register(Session, factory)
    assert await container.aresolve(Session) is not await container.aresolve(Session)


def test_edge_44_a_scoped_service_needs_a_scope():
    container = Container()
    container.register(Session, scope="scoped")
    with pytest.raises(ScopeNotActiveError, match="Session is scoped, and no scope") as caught:
        container.resolve(Repository)
    assert [step.key for step in caught.value.path] == [Repository, Session]


async def test_edge_44_a_scoped_service_needs_a_scope_when_awaited():
    container = Container()
    container.register(Session, _open, scope="scoped")
    with pytest.raises(ScopeNotActiveError, match="Session is scoped"):
        await container.aresolve(Repository)


def test_edge_57_a_diamond_has_one_scoped_top_and_two_transient_ones():
    class Left(Repository): ...

    class Right(Repository): ...

    class Bottom:
        def __init__(self, left: Left, right: Right) -> None:
            self.same = left.session is right.session

    container = Container()
    container.register(Session, scope="scoped")
    with container.scoped_context() as scope:
        assert scope.resolve(Bottom).same
    container.register(Session)
    assert not container.resolve(Bottom).same
