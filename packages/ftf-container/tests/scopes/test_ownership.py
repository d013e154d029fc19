"""Which instances a scope owns, and so closes: those that were made for it."""

import pytest
from services import ClosableSession

from ftf.container import Container

ONLY = ClosableSession()


class ByNew(ClosableSession):
    def __new__(cls) -> ClosableSession:
        return ONLY


class OneInstance(type):
    def __call__(cls) -> ClosableSession:
        return ONLY


class ByMetaclass(ClosableSession, metaclass=OneInstance): ...


@pytest.mark.parametrize("factory", [ByNew, ByMetaclass])
def test_edge_40_a_class_that_returns_an_instance_with_an_owner_does_not_have_it_closed(factory):
    container = Container()
    container.instance(ClosableSession, ONLY)
    container.register(factory, scope="scoped")
    with container.scoped_context() as scope:
        assert scope.resolve(factory) is ONLY
    assert not ONLY.closed


def test_edge_40_a_function_that_returns_a_singleton_made_meanwhile_does_not_have_it_closed():
    class Alias: ...

    def alias(container: Container) -> Alias:
        return container.resolve(ClosableSession)

    container = Container()
    container.register(ClosableSession, scope="singleton")
    container.register(Alias, alias, scope="scoped")
    container.register("other", lambda: ClosableSession(), scope="scoped")  # noqa: PLW0108  # a function
    with container.scoped_context() as scope:
        other = scope.resolve("other")
        session = scope.resolve(Alias)
    assert (other.closed, session.closed) == (True, False)
    container.reset_singletons()
    assert session.closed
