"""Start and stop of an application: the container around everything the user brings."""

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from starlette.routing import BaseRoute
from starlette.types import Lifespan

from ._mounts import mounts

if TYPE_CHECKING:
    from ._application import FastTrackFramework

type State = Mapping[str, object]


def with_container(lifespan: "Lifespan[FastTrackFramework]") -> "Lifespan[FastTrackFramework]":
    """Check and boot the container before a lifespan starts, and close it after it ends."""

    @asynccontextmanager
    async def started(app: "FastTrackFramework") -> AsyncIterator[State | None]:
        with app.draining.listening():
            async with app.container, AsyncExitStack() as stack:
                app.validate_injections()
                await app.container.boot()
                await app.build_middleware()
                state = await stack.enter_async_context(lifespan(app))
                yield await _start_mounted(app, stack, state)

    return started  # type: ignore[return-value]  # one function that may or may not have state


async def _start_mounted(
    app: "FastTrackFramework", stack: AsyncExitStack, state: State | None
) -> State | None:
    """Start the applications mounted in this one, which Starlette does not; theirs is its state."""
    for inner in dict.fromkeys(_mounted(app.routes)):
        inner.draining.follow(app.draining)
        theirs = await stack.enter_async_context(inner.router.lifespan_context(inner))
        if theirs:
            state = {**theirs, **(state or {})}
    return state


def _mounted(routes: Iterable[BaseRoute]) -> "Iterator[FastTrackFramework]":
    from ._application import FastTrackFramework  # noqa: PLC0415  # it imports this module

    for _, app, below in mounts(routes):
        if isinstance(app, FastTrackFramework):
            yield app
        else:
            yield from _mounted(below)
