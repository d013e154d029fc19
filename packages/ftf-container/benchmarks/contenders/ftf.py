"""ftf-container."""

from chain import Engine, Handler, Repository, Service, Session, Settings
from request_graph import C, D, E, F, G, H, I, Roots, open_h, open_i
from singleton import Clock
from stopwatch import AsyncLoop, Loop

from ftf.container import Container

from .contender import Contender


def requests() -> Container:
    """Register the services of a request."""
    container = Container()
    for service in (C, D, E, F, G):
        container.register(service, scope="scoped")
    container.register(H, open_h, scope="scoped")
    container.register(I, open_i, scope="scoped")
    container.validate()
    return container


def chained() -> Container:
    """Register the services of the chain."""
    container = Container()
    for service in (Settings, Engine, Session, Repository, Service, Handler):
        container.register(service)
    container.validate()
    return container


def clocks() -> Container:
    """Register the singleton."""
    container = Container()
    container.register(Clock, scope="singleton")
    container.validate()
    return container


def request() -> AsyncLoop[Roots]:
    """Resolve in a scope, awaiting what has to be."""
    container = requests()

    async def loop(times: int) -> Roots:
        for _ in range(times):
            async with container.scoped_context() as scope:
                roots = scope.resolve(G), scope.resolve(H), await scope.aresolve(I)
        return roots

    return loop


async def handle(g: G, h: H, i: I) -> Roots:
    """Take the services that a request handler asks for."""
    return g, h, i


def injected_request() -> AsyncLoop[Roots]:
    """Call a request handler with its services, as ftf-http does."""
    container = requests()

    async def loop(times: int) -> Roots:
        for _ in range(times):
            async with container.scoped_context() as scope:
                roots = await scope.acall(handle)
        return roots

    return loop


def chain() -> Loop[Handler]:
    """Resolve from the container."""
    container = chained()

    def loop(times: int) -> Handler:
        for _ in range(times):
            handler = container.resolve(Handler)
        return handler

    return loop


def async_chain() -> AsyncLoop[Handler]:
    """Resolve from the container by its other door."""
    container = chained()

    async def loop(times: int) -> Handler:
        for _ in range(times):
            handler = await container.aresolve(Handler)
        return handler

    return loop


def singleton() -> Loop[Clock]:
    """Resolve from the container."""
    container = clocks()

    def loop(times: int) -> Clock:
        for _ in range(times):
            clock = container.resolve(Clock)
        return clock

    return loop


def async_singleton() -> AsyncLoop[Clock]:
    """Resolve from the container by its other door."""
    container = clocks()

    async def loop(times: int) -> Clock:
        for _ in range(times):
            clock = await container.aresolve(Clock)
        return clock

    return loop


CONTENDERS = [
    Contender(distribution="ftf-container", way="injected function", request=injected_request),
    Contender(
        distribution="ftf-container",
        request=request,
        chain=chain,
        singleton=singleton,
        async_chain=async_chain,
        async_singleton=async_singleton,
    ),
]
