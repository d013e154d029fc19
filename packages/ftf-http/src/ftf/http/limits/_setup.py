"""How limits become a part of an application: their services, layer and problem."""

from collections.abc import AsyncIterator, Callable
from typing import Any, cast

from starlette.middleware import Middleware
from starlette.responses import Response
from starlette.types import ASGIApp

from ftf.container import Container

from ..problems._handlers import Handler, answering
from ..problems._response import ProblemResponse
from ._fields import PROBLEM_TITLE, PROBLEM_TYPE
from ._layer import LimitsMiddleware
from ._limiter import Limiter, LimiterOptions
from ._policies import Policies
from ._throttle import Throttle
from .exceptions import LimitExceeded
from .stores._clock import LimitClock
from .stores._memory import MemoryLimits
from .stores._store import LimitStore


def policies_of(container: Container) -> Policies:
    """Return the limits of a container; the first call registers the services of limits."""
    if Policies not in container:
        container.instance(Policies, Policies())
        container.register(Throttle, scope="scoped")
        if LimitStore not in container:
            serve_limits(container, MemoryLimits(), LimiterOptions())
    return container.resolve(Policies)


def serve_limits(container: Container, store: LimitStore, options: LimiterOptions) -> None:
    """Register a store and the limiter that uses it."""

    def limiter(policies: Policies, store: LimitStore) -> Limiter:
        return Limiter(policies, store, options)

    container.register(LimitStore, _opening(store), scope="singleton")
    container.register(Limiter, limiter, scope="singleton")
    container.instance(LimitClock, LimitClock(store))


def layer_for(application: object) -> Middleware:
    """Return the layer of limits for an application; the container delivers its limiter."""
    layer = cast("Callable[..., ASGIApp]", LimitsMiddleware)  # the container has its limiter
    return Middleware(layer, application=application)


def limit_problem() -> Handler:
    """Return the handler that answers a refusal by the problem of the IETF draft."""
    return answering(_problem)


def _problem(error: LimitExceeded) -> Response:
    members: dict[str, Any] = {
        "violated-policies": error.policies
    }  # of any type, beside the others
    return ProblemResponse(
        error.status_code,
        error.detail,
        type=PROBLEM_TYPE,
        title=PROBLEM_TITLE,
        headers=error.headers,
        **members,
    )


def _opening(store: LimitStore) -> Callable[[], AsyncIterator[LimitStore]]:
    async def opened() -> AsyncIterator[LimitStore]:
        await store.open()
        try:
            yield store
        finally:
            await store.close()

    return opened
