"""No container: what an engineer writes who wants the least work done."""

from contextlib import AsyncExitStack, asynccontextmanager, contextmanager

from chain import Engine, Handler, Repository, Service, Session, Settings
from request_graph import C, D, E, F, G, Roots, open_h, open_i
from singleton import Clock
from stopwatch import AsyncLoop, Loop

from .contender import Contender

entered_h = contextmanager(open_h)
entered_i = asynccontextmanager(open_i)


def nested_with() -> AsyncLoop[Roots]:
    """Nest the two contexts, which is the fastest that contextlib offers."""

    async def loop(times: int) -> Roots:
        for _ in range(times):
            c = C()
            d = D(c)
            e = E(c, d)
            f = F(c, d, e)
            g = G(c, d, e, f)
            with entered_h(c, d) as h:
                async with entered_i(e, f) as i:
                    roots = g, h, i
        return roots

    return loop


def exit_stack() -> AsyncLoop[Roots]:
    """Push the two contexts on a stack, as one does who opens them only when needed."""

    async def loop(times: int) -> Roots:
        for _ in range(times):
            async with AsyncExitStack() as stack:
                c = C()
                d = D(c)
                e = E(c, d)
                f = F(c, d, e)
                g = G(c, d, e, f)
                h = stack.enter_context(entered_h(c, d))
                i = await stack.enter_async_context(entered_i(e, f))
                roots = g, h, i
        return roots

    return loop


def chain() -> Loop[Handler]:
    """Nest the constructor calls."""

    def loop(times: int) -> Handler:
        for _ in range(times):
            handler = Handler(Service(Repository(Session(Engine(Settings())))))
        return handler

    return loop


def async_chain() -> AsyncLoop[Handler]:
    """Nest the constructor calls in a coroutine."""

    async def build() -> Handler:
        return Handler(Service(Repository(Session(Engine(Settings())))))

    async def loop(times: int) -> Handler:
        for _ in range(times):
            handler = await build()
        return handler

    return loop


def singleton() -> Loop[Clock]:
    """Look the type up in a dictionary."""
    instances = {Clock: Clock()}

    def find(key: type[Clock]) -> Clock:
        return instances[key]

    def loop(times: int) -> Clock:
        for _ in range(times):
            clock = find(Clock)
        return clock

    return loop


def async_singleton() -> AsyncLoop[Clock]:
    """Look the type up in a dictionary, in a coroutine."""
    instances = {Clock: Clock()}

    async def find(key: type[Clock]) -> Clock:
        return instances[key]

    async def loop(times: int) -> Clock:
        for _ in range(times):
            clock = await find(Clock)
        return clock

    return loop


CONTENDERS = [
    Contender(
        way="by hand",
        request=nested_with,
        chain=chain,
        singleton=singleton,
        async_chain=async_chain,
        async_singleton=async_singleton,
    ),
    Contender(way="by hand, AsyncExitStack", request=exit_stack),
]
