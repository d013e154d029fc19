"""modern-di: has finalizers instead of generators, and no async resolve."""

from chain import Engine, Handler, Repository, Service, Session, Settings
from modern_di import Container, Group, Scope
from modern_di.providers import CacheSettings, Factory
from request_graph import C, D, E, F, G, H, I, Roots, aclose, close
from singleton import Clock
from stopwatch import AsyncLoop, Loop

from .contender import Contender


class Request(Group):
    """The services of a request."""

    c = Factory(C, scope=Scope.REQUEST, cache=True)
    d = Factory(D, scope=Scope.REQUEST, cache=True)
    e = Factory(E, scope=Scope.REQUEST, cache=True)
    f = Factory(F, scope=Scope.REQUEST, cache=True)
    g = Factory(G, scope=Scope.REQUEST, cache=True)
    h = Factory(H, scope=Scope.REQUEST, cache=CacheSettings(finalizer=close))
    i = Factory(I, scope=Scope.REQUEST, cache=CacheSettings(finalizer=aclose))


class Chain(Group):
    """The services of the chain."""

    settings = Factory(Settings)
    engine = Factory(Engine)
    session = Factory(Session)
    repository = Factory(Repository)
    service = Factory(Service)
    handler = Factory(Handler)


class Clocks(Group):
    """The singleton."""

    clock = Factory(Clock, cache=True)


def built(group: type[Group]) -> Container:
    """Make a container and check it."""
    container = Container(groups=[group])
    container.validate()
    return container


def request() -> AsyncLoop[Roots]:
    """Resolve from a container of the request."""
    container = built(Request)

    async def loop(times: int) -> Roots:
        for _ in range(times):
            async with container.build_child_container(scope=Scope.REQUEST) as scope:
                roots = scope.resolve(G), scope.resolve(H), scope.resolve(I)
        return roots

    return loop


def chain() -> Loop[Handler]:
    """Resolve from the container."""
    container = built(Chain)

    def loop(times: int) -> Handler:
        for _ in range(times):
            handler = container.resolve(Handler)
        return handler

    return loop


def singleton() -> Loop[Clock]:
    """Resolve from the container."""
    container = built(Clocks)

    def loop(times: int) -> Clock:
        for _ in range(times):
            clock = container.resolve(Clock)
        return clock

    return loop


CONTENDERS = [
    Contender(distribution="modern-di", request=request, chain=chain, singleton=singleton)
]
