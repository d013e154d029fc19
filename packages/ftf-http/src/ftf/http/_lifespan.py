"""Start and stop of an application: the container around everything the user brings."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from starlette.types import Lifespan

from ._validation import walk

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
    mounted = {id(inner): inner for inner in map(_application_of, walk(app.routes)) if inner}
    for inner in mounted.values():
        inner.draining.follow(app.draining)
        theirs = await stack.enter_async_context(inner.router.lifespan_context(inner))
        if theirs:
            state = {**theirs, **(state or {})}
    return state


def _application_of(route: object) -> "FastTrackFramework | None":
    from ._application import FastTrackFramework  # noqa: PLC0415  # it imports this module

    inner = getattr(route, "app", None)
    return inner if isinstance(inner, FastTrackFramework) else None
