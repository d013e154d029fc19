"""that-depends: resolves providers, not types; what lives as long as a request is a resource."""

from collections.abc import Iterator

from chain import Engine, Handler, Repository, Service, Session, Settings
from request_graph import C, D, E, F, G, Roots, open_h, open_i
from singleton import Clock
from stopwatch import AsyncLoop, Loop
from that_depends import BaseContainer, container_context
from that_depends.providers import ContextResource, Factory, Singleton
from that_depends.providers.context_resources import ContextScopes

from .contender import Contender


def open_c() -> Iterator[C]:
    """Make a C that lives as long as its context."""
    yield C()


def open_d(c: C) -> Iterator[D]:
    """Make a D that lives as long as its context."""
    yield D(c)


def open_e(c: C, d: D) -> Iterator[E]:
    """Make an E that lives as long as its context."""
    yield E(c, d)


def open_f(c: C, d: D, e: E) -> Iterator[F]:
    """Make an F that lives as long as its context."""
    yield F(c, d, e)


def open_g(c: C, d: D, e: E, f: F) -> Iterator[G]:
    """Make a G that lives as long as its context."""
    yield G(c, d, e, f)


class Request(BaseContainer):
    """The services of a request."""

    default_scope = ContextScopes.ANY
    c = ContextResource(open_c)
    d = ContextResource(open_d, c.cast)
    e = ContextResource(open_e, c.cast, d.cast)
    f = ContextResource(open_f, c.cast, d.cast, e.cast)
    g = ContextResource(open_g, c.cast, d.cast, e.cast, f.cast)
    h = ContextResource(open_h, c.cast, d.cast)
    i = ContextResource(open_i, e.cast, f.cast)


class Chain(BaseContainer):
    """The services of the chain."""

    settings = Factory(Settings)
    engine = Factory(Engine, settings.cast)
    session = Factory(Session, engine.cast)
    repository = Factory(Repository, session.cast)
    service = Factory(Service, repository.cast)
    handler = Factory(Handler, service.cast)


class Clocks(BaseContainer):
    """The singleton."""

    clock = Singleton(Clock)


def request() -> AsyncLoop[Roots]:
    """Resolve in a context."""
    g, h, i = Request.g, Request.h, Request.i

    async def loop(times: int) -> Roots:
        for _ in range(times):
            async with container_context(Request):
                roots = g.resolve_sync(), h.resolve_sync(), await i.resolve()
        return roots

    return loop


def chain() -> Loop[Handler]:
    """Resolve the provider."""
    provider = Chain.handler

    def loop(times: int) -> Handler:
        for _ in range(times):
            handler = provider.resolve_sync()
        return handler

    return loop


def async_chain() -> AsyncLoop[Handler]:
    """Resolve the provider by its other door."""
    provider = Chain.handler

    async def loop(times: int) -> Handler:
        for _ in range(times):
            handler = await provider.resolve()
        return handler

    return loop


def singleton() -> Loop[Clock]:
    """Resolve the provider."""
    provider = Clocks.clock

    def loop(times: int) -> Clock:
        for _ in range(times):
            clock = provider.resolve_sync()
        return clock

    return loop


def async_singleton() -> AsyncLoop[Clock]:
    """Resolve the provider by its other door."""
    provider = Clocks.clock

    async def loop(times: int) -> Clock:
        for _ in range(times):
            clock = await provider.resolve()
        return clock

    return loop


CONTENDERS = [
    Contender(
        distribution="that-depends",
        request=request,
        chain=chain,
        singleton=singleton,
        async_chain=async_chain,
        async_singleton=async_singleton,
    )
]
