"""Start and stop of an application: the container around everything the user brings."""

from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from starlette.routing import BaseRoute
from starlette.types import Lifespan

from ..routing._tree import mounts

if TYPE_CHECKING:
    from .._application import FastTrackFramework

type State = Mapping[str, object]


def with_container(
    app: "FastTrackFramework", lifespan: "Lifespan[FastTrackFramework]"
) -> "Lifespan[FastTrackFramework]":
    """Check and boot the container before a lifespan starts, and close it after it ends.

    Args:
        app: The application. The lifespan is always its own, also when it is started with another
            one, as by `App(lifespan=app.router.lifespan_context)`.
        lifespan: What the user brings.
    """

    @asynccontextmanager
    async def started(_: object) -> AsyncIterator[State | None]:
        with app.draining.listening():
            async with app.container, AsyncExitStack() as stack:
                app.validate_injections()
                await app.container.boot()
                await app.build_middleware()
                following = _follow(app, ())
                state = await stack.enter_async_context(lifespan(app))
                yield await _start_mounted(app, stack, state, following)

    return started  # type: ignore[return-value]  # one function that may or may not have state


async def _start_mounted(
    app: "FastTrackFramework",
    stack: AsyncExitStack,
    state: State | None,
    following: Collection["FastTrackFramework"],
) -> State | None:
    """Start the applications mounted in this one, which Starlette does not; theirs is its state.

    One that runs, because the user's lifespan has started it, is left alone.
    """
    for inner in _follow(app, following):
        if inner.draining.starts == 0:
            theirs = await stack.enter_async_context(inner.router.lifespan_context(inner))
            if theirs:
                state = {**theirs, **(state or {})}
    return state


def _follow(
    app: "FastTrackFramework", following: Collection["FastTrackFramework"]
) -> Collection["FastTrackFramework"]:
    """Leave the signal to the outer application, before any lifespan can start a mounted one."""
    mounted = dict.fromkeys(_mounted(app.routes))
    for inner in mounted:
        if inner not in following:
            inner.draining.follow(app.draining)
    return mounted


def _mounted(routes: Iterable[BaseRoute]) -> "Iterator[FastTrackFramework]":
    from .._application import FastTrackFramework  # noqa: PLC0415  # it imports this module

    for _, app, below in mounts(routes):
        if isinstance(app, FastTrackFramework):
            yield app
        else:
            yield from _mounted(below)
