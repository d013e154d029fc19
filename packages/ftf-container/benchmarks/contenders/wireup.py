"""wireup: injected functions, as it recommends, and `get`; it builds transients in scopes only."""

from chain import Engine, Handler, Repository, Service, Session, Settings
from request_graph import C, D, E, F, G, H, I, Roots, open_h, open_i
from singleton import Clock
from stopwatch import AsyncLoop, Loop
from wireup import (
    Injected,
    create_async_container,
    create_sync_container,
    inject_from_container,
    injectable,
)

from .contender import Contender

REQUEST = [injectable(scoped, lifetime="scoped") for scoped in (C, D, E, F, G, open_h, open_i)]
CHAIN = [
    injectable(transient, lifetime="transient")
    for transient in (Settings, Engine, Session, Repository, Service, Handler)
]
SINGLETON = [injectable(Clock)]


def injected_request() -> AsyncLoop[Roots]:
    """Call a function that opens the scope for its arguments."""

    @inject_from_container(create_async_container(injectables=REQUEST))
    async def handle(g: Injected[G], h: Injected[H], i: Injected[I]) -> Roots:
        return g, h, i

    async def loop(times: int) -> Roots:
        for _ in range(times):
            roots: Roots = await handle()
        return roots

    return loop


def request() -> AsyncLoop[Roots]:
    """Get from a scope."""
    container = create_async_container(injectables=REQUEST)

    async def loop(times: int) -> Roots:
        for _ in range(times):
            async with container.enter_scope() as scope:
                roots = await scope.get(G), await scope.get(H), await scope.get(I)
        return roots

    return loop


def chain() -> Loop[Handler]:
    """Get from a scope that is open already."""
    container = create_sync_container(injectables=CHAIN)

    def loop(times: int) -> Handler:
        with container.enter_scope() as scope:
            for _ in range(times):
                handler = scope.get(Handler)
        return handler

    return loop


def async_chain() -> AsyncLoop[Handler]:
    """Get from an async scope that is open already."""
    container = create_async_container(injectables=CHAIN)

    async def loop(times: int) -> Handler:
        async with container.enter_scope() as scope:
            for _ in range(times):
                handler = await scope.get(Handler)
        return handler

    return loop


def singleton() -> Loop[Clock]:
    """Get from the container."""
    container = create_sync_container(injectables=SINGLETON)

    def loop(times: int) -> Clock:
        for _ in range(times):
            clock = container.get(Clock)
        return clock

    return loop


def async_singleton() -> AsyncLoop[Clock]:
    """Get from the async container."""
    container = create_async_container(injectables=SINGLETON)

    async def loop(times: int) -> Clock:
        for _ in range(times):
            clock = await container.get(Clock)
        return clock

    return loop


CONTENDERS = [
    Contender(distribution="wireup", way="injected function", request=injected_request),
    Contender(
        distribution="wireup",
        request=request,
        chain=chain,
        singleton=singleton,
        async_chain=async_chain,
        async_singleton=async_singleton,
    ),
]
