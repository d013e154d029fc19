"""The application: FastAPI with a container."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from ftf.container import Container, Factory, Lifetime, ServiceProvider

from ._error_handlers import answering, as_problem, problem_handlers
from ._lifespan import with_container
from ._request_scope import ScopeMiddleware

if TYPE_CHECKING:
    from typing_extensions import TypeForm

# Like FastAPI's own: a handler may ask for a narrower exception than `Exception`.
type ExceptionHandlers = Mapping[
    int | type[Exception], Callable[..., Response | Awaitable[Response]]
]


class FastTrackFramework(FastAPI):
    """A FastAPI application that owns a container.

    Its services reach route handlers through `Inject` and `Injected`, scoped ones once for each
    request. Start-up checks that everything registered can be built and boots the providers;
    shutdown closes what was built. Errors are RFC 9457 problem details, and `/health` answers
    for as long as the process does, unless a route of yours takes the path.

    Args:
        container: The container to use; a new one by default.
        providers: Service providers to add to it.
        exception_handlers: As FastAPI's; they win over the ones that make problem details.
        options: Whatever else FastAPI takes.
    """

    def __init__(
        self,
        *,
        container: Container | None = None,
        providers: Iterable[ServiceProvider] = (),
        exception_handlers: ExceptionHandlers | None = None,
        **options: object,
    ) -> None:
        handlers = {**problem_handlers(), **(exception_handlers or {})}
        super().__init__(exception_handlers=handlers, **options)  # type: ignore[arg-type]  # checked by FastAPI
        self.container: Container = Container() if container is None else container
        self.container.add_provider(*providers)
        self.router.lifespan_context = with_container(self.container, self.router.lifespan_context)

    def register[T](
        self,
        key: "TypeForm[T]",
        implementation: Factory[T] | None = None,
        scope: Lifetime = "transient",
    ) -> None:
        """Register a service; see `ftf.container.Container.register`."""
        self.container.register(key, implementation, scope)

    def map_error(self, error: type[Exception], status: int, title: str = "") -> None:
        """Answer an exception with a problem whose detail is the exception's text.

        Args:
            error: The exception's class; subclasses are included.
            status: The HTTP status code.
            title: What kind of problem it is; the status's own phrase by default.
        """
        self.add_exception_handler(error, answering(as_problem(status, title)))

    def build_middleware_stack(self) -> ASGIApp:
        """Put the request scope around everything else, and `/health` behind every other route."""
        self.router.routes.append(Route("/health", _health))
        return ScopeMiddleware(super().build_middleware_stack(), self.container)


async def _health(_: Request) -> Response:
    return JSONResponse({"status": "ok"})
