"""dishka: locks as by default, and `get_sync` where nothing has to be awaited."""

from chain import Engine, Handler, Repository, Service, Session, Settings
from dishka import Provider, Scope, make_async_container, make_container
from request_graph import C, D, E, F, G, H, I, Roots, open_h, open_i
from singleton import Clock
from stopwatch import AsyncLoop, Loop

from .contender import Contender


def services() -> Provider:
    """Provide all services."""
    provider = Provider(scope=Scope.APP)
    for scoped in (C, D, E, F, G, open_h, open_i):
        provider.provide(scoped, scope=Scope.REQUEST)
    for transient in (Settings, Engine, Session, Repository, Service, Handler):
        provider.provide(transient, cache=False)
    provider.provide(Clock)
    return provider


def request() -> AsyncLoop[Roots]:
    """Get from a container of the request."""
    container = make_async_container(services())

    async def loop(times: int) -> Roots:
        for _ in range(times):
            async with container() as scope:
                roots = scope.get_sync(G), scope.get_sync(H), await scope.get(I)
        return roots

    return loop


def chain() -> Loop[Handler]:
    """Get from the container."""
    container = make_container(services())

    def loop(times: int) -> Handler:
        for _ in range(times):
            handler = container.get(Handler)
        return handler

    return loop


def async_chain() -> AsyncLoop[Handler]:
    """Get from the async container."""
    container = make_async_container(services())

    async def loop(times: int) -> Handler:
        for _ in range(times):
            handler = await container.get(Handler)
        return handler

    return loop


def singleton() -> Loop[Clock]:
    """Get from the container."""
    container = make_container(services())

    def loop(times: int) -> Clock:
        for _ in range(times):
            clock = container.get(Clock)
        return clock

    return loop


def async_singleton() -> AsyncLoop[Clock]:
    """Get from the async container."""
    container = make_async_container(services())

    async def loop(times: int) -> Clock:
        for _ in range(times):
            clock = await container.get(Clock)
        return clock

    return loop


CONTENDERS = [
    Contender(
        distribution="dishka",
        request=request,
        chain=chain,
        singleton=singleton,
        async_chain=async_chain,
        async_singleton=async_singleton,
    )
]
