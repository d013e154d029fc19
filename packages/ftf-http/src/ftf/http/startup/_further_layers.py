"""The layers of an application that has options of security, limits or time limits."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from starlette.middleware import Middleware

from ftf.container import Container

from ..problems._handlers import Handler
from ..request._deadline import DeadlineMiddleware, check_times
from ._layers import Layers

if TYPE_CHECKING:
    from ..limits import Limit
    from ..security import SecurityOptions


class Application(Protocol):
    """What the layers need of `FastTrackFramework`, which imports this module."""

    problem_details: bool
    docs_url: str | None
    redoc_url: str | None
    swagger_ui_oauth2_redirect_url: str | None

    @property
    def container(self) -> Container:
        """The application's container."""
        ...

    @property
    def add_exception_handler(self) -> Callable[[type[Exception], Handler], None]:
        """The method that adds an exception handler."""
        ...


def add_security(app: Application, layers: Layers, options: "SecurityOptions") -> None:
    """Add the layers of security."""
    from ..security._setup import Security  # noqa: PLC0415  # loaded by those that have options

    layers.security = Security(app, options)


def add_time_limits(
    app: Application, layers: Layers, request_timeout: float | None, body_timeout: float | None
) -> None:
    """Add the layer of time limits, if there are any.

    Raises:
        ValueError: One is not above 0.
    """
    times = {"request_timeout": request_timeout, "body_timeout": body_timeout}
    check_times(times)
    if any(times.values()):
        layers.around_scope.append(Middleware(DeadlineMiddleware, application=app, **times))


def add_limits(
    app: Application, layers: Layers, name: str, limits: "tuple[Limit, ...]", *, everywhere: bool
) -> None:
    """Add limits, and their layer with the first of them."""
    from ..limits import LimitExceeded, _setup  # noqa: PLC0415  # loaded where there are limits

    _setup.policies_of(app.container).add(name, limits, everywhere=everywhere)
    if layers.limits is None:
        layers.limits = _setup.layer_for(app)
        if app.problem_details:
            app.add_exception_handler(LimitExceeded, _setup.limit_problem())
