"""aioinject."""

from contextlib import asynccontextmanager, contextmanager

from aioinject import Container, Provider, Scoped, Singleton, SyncContainer, Transient
from chain import Engine, Handler, Repository, Service, Session, Settings
from request_graph import C, D, E, F, G, H, I, Roots, open_h, open_i
from singleton import Clock
from stopwatch import AsyncLoop, Loop

from .contender import Contender

REQUEST: list[Provider[object]] = [
    *(Scoped(scoped) for scoped in (C, D, E, F, G)),
    Scoped(contextmanager(open_h), H),
    Scoped(asynccontextmanager(open_i), I),
]
CHAIN: list[Provider[object]] = [
    Transient(transient) for transient in (Settings, Engine, Session, Repository, Service, Handler)
]


def request() -> AsyncLoop[Roots]:
    """Resolve in a context of the request."""
    container = Container()
    container.register(*REQUEST)

    async def loop(times: int) -> Roots:
        for _ in range(times):
            async with container.context() as context:
                resolve = context.resolve
                roots = await resolve(G), await resolve(H), await resolve(I)
        return roots

    return loop


def chain() -> Loop[Handler]:
    """Resolve in a context that is open already."""
    container = SyncContainer()
    container.register(*CHAIN)

    def loop(times: int) -> Handler:
        with container.context() as context:
            for _ in range(times):
                handler = context.resolve(Handler)
        return handler

    return loop


def async_chain() -> AsyncLoop[Handler]:
    """Resolve in an async context that is open already."""
    container = Container()
    container.register(*CHAIN)

    async def loop(times: int) -> Handler:
        async with container.context() as context:
            for _ in range(times):
                handler = await context.resolve(Handler)
        return handler

    return loop


def singleton() -> Loop[Clock]:
    """Resolve from the root."""
    container = SyncContainer()
    container.register(Singleton(Clock))

    def loop(times: int) -> Clock:
        with container.context() as context:
            for _ in range(times):
                clock = context.resolve(Clock)
        return clock

    return loop


def async_singleton() -> AsyncLoop[Clock]:
    """Resolve from the root by its other door."""
    container = Container()
    container.register(Singleton(Clock))

    async def loop(times: int) -> Clock:
        async with container.context() as context:
            for _ in range(times):
                clock = await context.resolve(Clock)
        return clock

    return loop


CONTENDERS = [
    Contender(
        distribution="aioinject",
        request=request,
        chain=chain,
        singleton=singleton,
        async_chain=async_chain,
        async_singleton=async_singleton,
    )
]
