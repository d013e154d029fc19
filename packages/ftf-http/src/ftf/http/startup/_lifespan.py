"""The lifespan of an application: its container lives around the user's lifespan."""

from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Protocol, runtime_checkable

from starlette.routing import BaseRoute, Router
from starlette.types import Lifespan

from ftf.container import Container

from ..routing._index_routes import Watch, included_routers
from ..routing._tree import mounts
from ..shutdown._draining import Draining

type State = Mapping[str, object]


@runtime_checkable
class Application(Protocol):
    """What a lifespan needs of `FastTrackFramework`, which imports this module."""

    router: Router

    @property
    def container(self) -> Container:
        """The application's container."""
        ...

    @property
    def draining(self) -> Draining:
        """The application's state between the signal to stop and the end."""
        ...

    @property
    def routes(self) -> list[BaseRoute]:
        """The application's routes."""
        ...

    def validate_injections(self) -> None:
        """Check that everything registered or injected can be built."""
        ...

    async def build_middleware(self) -> None:
        """Build the middleware that needs services."""
        ...


def with_container[A: Application](app: A, lifespan: Lifespan[A]) -> Lifespan[A]:
    """Check and boot the container before a lifespan starts, and close it after it ends.

    Args:
        app: The application. The lifespan is always its own, also when it is started with another
            one, as by `App(lifespan=app.router.lifespan_context)`.
        lifespan: The user's lifespan.
    """

    @asynccontextmanager
    async def started(_: object) -> AsyncIterator[State | None]:
        with app.draining.listening():
            async with app.container, AsyncExitStack() as stack:
                app.validate_injections()
                checked = Watch(app.router, included_routers(app.router.routes))
                await app.container.boot()
                await app.build_middleware()
                # Before the user's lifespan, which may start mounted applications itself.
                following = _follow(app, ())
                state = await stack.enter_async_context(lifespan(app))
                if checked.has_changed():  # by it, or by a provider
                    app.validate_injections()
                yield await _start_mounted(app, stack, state, following)

    return started  # type: ignore[return-value]  # one function that may or may not have state


async def _start_mounted(
    app: Application,
    stack: AsyncExitStack,
    state: State | None,
    following: Collection[Application],
) -> State | None:
    """Start the applications mounted in this one, and return the state of all of them.

    Starlette runs the lifespan of the outermost application only. A mounted application that the
    user's lifespan has started already is left alone.
    """
    for inner in _follow(app, following):
        if inner.draining.starts == 0:
            theirs = await stack.enter_async_context(inner.router.lifespan_context(inner))
            if theirs:
                state = {**theirs, **(state or {})}
    return state


def _follow(app: Application, following: Collection[Application]) -> Collection[Application]:
    """Make mounted applications follow the draining of this one, before any of them can start.

    Args:
        app: The outer application.
        following: The mounted applications that follow it already.
    """
    mounted = dict.fromkeys(_mounted(app.routes))
    for inner in mounted:
        if inner not in following:
            inner.draining.follow(app.draining)
    return mounted


def _mounted(routes: Iterable[BaseRoute]) -> Iterator[Application]:
    for _, app, below in mounts(routes):
        if isinstance(app, Application):
            yield app
        else:
            yield from _mounted(below)
