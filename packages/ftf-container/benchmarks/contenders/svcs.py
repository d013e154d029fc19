"""svcs: factories that ask the container, quicker than its autowiring; it has no transients."""

from collections.abc import Callable
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    asynccontextmanager,
    contextmanager,
)

from request_graph import C, D, E, F, G, H, I, Roots, open_h, open_i
from singleton import Clock
from stopwatch import AsyncLoop, Loop
from svcs import Container, Registry

from .contender import Contender

entered_h = contextmanager(open_h)
entered_i = asynccontextmanager(open_i)


def make_d(svcs_container: Container) -> D:
    """Make a D."""
    return D(svcs_container.get(C))


def make_e(svcs_container: Container) -> E:
    """Make an E."""
    return E(svcs_container.get(C), svcs_container.get(D))


def make_f(svcs_container: Container) -> F:
    """Make an F."""
    return F(svcs_container.get(C), svcs_container.get(D), svcs_container.get(E))


def make_g(svcs_container: Container) -> G:
    """Make a G."""
    get = svcs_container.get
    return G(get(C), get(D), get(E), get(F))


def make_h(svcs_container: Container) -> AbstractContextManager[H]:
    """Make the context of an H, which the container enters."""
    return entered_h(svcs_container.get(C), svcs_container.get(D))


def make_i(svcs_container: Container) -> AbstractAsyncContextManager[I]:
    """Make the context of an I, which the container enters."""
    return entered_i(svcs_container.get(E), svcs_container.get(F))


FACTORIES: dict[type, Callable[..., object]] = {
    C: C,
    D: make_d,
    E: make_e,
    F: make_f,
    G: make_g,
    H: make_h,
    I: make_i,
}


def request() -> AsyncLoop[Roots]:
    """Get from a container of the request."""
    registry = Registry()
    for service, factory in FACTORIES.items():
        registry.register_factory(service, factory)

    async def loop(times: int) -> Roots:
        for _ in range(times):
            async with Container(registry) as container:
                roots = container.get(G), container.get(H), await container.aget(I)
        return roots

    return loop


def clocks() -> Container:
    """Register the singleton."""
    registry = Registry()
    registry.register_value(Clock, Clock())
    return Container(registry)


def singleton() -> Loop[Clock]:
    """Get from a container."""
    container = clocks()

    def loop(times: int) -> Clock:
        for _ in range(times):
            clock = container.get(Clock)
        return clock

    return loop


def async_singleton() -> AsyncLoop[Clock]:
    """Get from a container by its other door."""
    container = clocks()

    async def loop(times: int) -> Clock:
        for _ in range(times):
            clock = await container.aget(Clock)
        return clock

    return loop


CONTENDERS = [
    Contender(
        distribution="svcs", request=request, singleton=singleton, async_singleton=async_singleton
    )
]
