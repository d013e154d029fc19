"""What is wrong with the way that an application is to be served."""

from collections.abc import Iterator
from typing import Final

from fastapi import FastAPI

from ftf.container.cli import Deployment

from .._application import FastTrackFramework
from ..limits import LimitStore, MemoryLimits
from ..startup._cors import allows_every_origin

_COUNTED_APART: Final = (
    "Limits are counted in the memory of each of {} processes, each for itself: add "
    "LimitsProvider(RedisLimits(...)) or LimitsProvider(PostgresLimits(...))."
)


def faults(deployment: Deployment) -> Iterator[str]:
    """Return what is wrong with the application itself."""
    app = deployment.application.app
    if not isinstance(app, FastAPI):
        return
    if app.debug:
        yield "debug=True shows tracebacks to clients: leave it out."
    if isinstance(app, FastTrackFramework) and not (app.security and app.security.hosts):
        yield (
            "Any header Host is accepted: pass security=SecurityOptions(hosts=['shop.example']) to "
            "FastTrackFramework."
        )
    if any(map(allows_every_origin, app.user_middleware)):
        yield "CORS allows every origin: name those whose pages may read responses."


async def limits(deployment: Deployment) -> list[str]:
    """Return what is wrong with what counts the limits."""
    container = deployment.application.container
    if deployment.workers == 1 or LimitStore not in container:
        return []
    if not isinstance(await container.aresolve(LimitStore), MemoryLimits):
        return []
    return [_COUNTED_APART.format(deployment.workers)]
