"""`FastTrackFramework`: a FastAPI application with a container."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Unpack

from fastapi import FastAPI, params
from starlette.middleware import Middleware
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.responses import Response
from starlette.routing import Route as StarletteRoute
from starlette.types import ASGIApp, Lifespan, Receive, Scope, Send

from ftf.container import Container, Factory, Lifetime, ServiceProvider

from ._fixed_attribute import FixedAttribute
from .injection._early_checks import with_marks
from .injection._readable import naming_parameters
from .plan._planned import way_of
from .plan._way import RouteWay
from .problems._body_limit import BodyLimitProblem
from .problems._default_handlers import default_handlers
from .problems._handlers import mapped
from .problems._openapi import document_problems
from .request._outermost import Outgoing
from .request._services import serve_from
from .routing._controller import Controller, operations_of
from .routing._index import RouteIndex
from .routing._options import ApplicationOptions, Json, check_options
from .routing._route import Route
from .routing._tree import walk
from .routing._unmatched import Unmatched
from .shutdown._draining import Draining
from .startup._checks import middleware_injections, validate
from .startup._cors import refuse_open_cors
from .startup._direct import Direct
from .startup._early_checks import validate_early_checks
from .startup._further_layers import add_limits, add_security, add_time_limits
from .startup._layers import Layers
from .startup._lifespan import with_container
from .startup._readiness import Check, Readiness, ReadinessCheck, live

if TYPE_CHECKING:
    from typing_extensions import TypeForm

    from .limits import Limit
    from .security import SecurityOptions

SECURITY_HEADERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
    }
)

# Like FastAPI's own: a handler may ask for a narrower exception than `Exception`.
type ExceptionHandlers = Mapping[
    int | type[Exception], Callable[..., Response | Awaitable[Response]]
]


class FastTrackFramework(FastAPI):
    """A FastAPI application that owns a container.

    Route handlers get its services by `Inject` and `Injected`; a scoped service is built once for
    each request. Start-up checks that everything registered or injected can be built, and boots the
    providers; shutdown closes the services. Errors are RFC 9457 problem details. `/health` answers
    200 while the process runs and `/ready` while it can serve, unless your routes have the paths.

    Args:
        container: The container to use; a new one by default.
        providers: Service providers to add to it.
        exception_handlers: As FastAPI's; they replace the ones that make problem details.
        lifespan: As FastAPI's; the container is booted before it starts and closed after it ends.
        problem_details: Whether errors are problem details; if not, they have FastAPI's shapes.
        security_headers: Headers of each response that does not set them itself; by default those
            that OWASP advises for any API. `Content-Security-Policy` and
            `Strict-Transport-Security` depend on the content and the host, and are not among them.
        security: The hosts, proxies and origins of the application, https, and further headers.
        request_timeout: Seconds until a response has to start. Then the handler is cancelled, its
            units of work are rolled back and the response is 503. A function in a thread goes on
            until it returns, because Python cannot stop it.
        body_timeout: Seconds until a body has to be there, from when the handler begins to read it;
            then the response is 408.
        shutdown_delay: Seconds between the signal to stop, when `/ready` starts to fail, and the
            end of the server, for a load balancer to notice. The server has to be uvicorn, or
            install its signal handlers as uvicorn does.
        options: The other options of FastAPI.

    Raises:
        TypeError: The installed FastAPI does not know an option.
        ValueError: A time limit is not above 0.
        InvalidSecurityError: A value of `security` is not possible.
        OpenCorsError: A CORS middleware allows every origin and credentials.
    """

    container: FixedAttribute[Container] = FixedAttribute("FastTrackFramework(container=...)")
    draining: FixedAttribute[Draining] = FixedAttribute("FastTrackFramework(shutdown_delay=...)")

    def __init__(  # noqa: PLR0913  # FastAPI has more
        self,
        *,
        container: Container | None = None,
        providers: Iterable[ServiceProvider] = (),
        exception_handlers: ExceptionHandlers | None = None,
        lifespan: "Lifespan[FastTrackFramework] | None" = None,
        problem_details: bool = True,
        security_headers: Mapping[str, str] = SECURITY_HEADERS,
        security: "SecurityOptions | None" = None,
        request_timeout: float | None = None,
        body_timeout: float | None = None,
        shutdown_delay: float = 0.0,
        **options: Unpack[ApplicationOptions],
    ) -> None:
        check_options(FastAPI, options)
        for middleware in options.get("middleware") or ():
            refuse_open_cors(middleware)
        super().__init__(lifespan=lifespan, **options)
        self.problem_details = problem_details
        self.security_headers = security_headers
        self._add_handlers(exception_handlers or {})
        self.draining = Draining(shutdown_delay)
        self.container = Container() if container is None else container
        self.container.instance(Draining, self.draining)
        serve_from(self.container)
        self.container.add_provider(*providers)
        self.router.route_class = Route
        self.router.lifespan_context = with_container(self, self.router.lifespan_context)
        self._readiness = Readiness(self.container, self.draining)
        health = [
            StarletteRoute("/health", live),
            StarletteRoute("/ready", self._readiness.respond),
        ]
        # Not routes of the router: Starlette would try them before those that are added later.
        self.router.middleware_stack = RouteIndex(self.router, Unmatched(self.router, health))
        self._documented: object = None
        self._layers = Layers(self.container, self.draining)
        if security is not None:
            add_security(self, self._layers, security)
        add_time_limits(self, self._layers, request_timeout, body_timeout)
        self._outermost: ASGIApp = self._call_fastapi  # until the middleware stack is built

    def register[T](
        self,
        key: "TypeForm[T]",
        implementation: Factory[T] | None = None,
        scope: Lifetime = "transient",
    ) -> None:
        """Register a service; see `ftf.container.Container.register`."""
        self.container.register(key, implementation, scope)

    def instance[T](self, key: "TypeForm[T]", value: T) -> None:
        """Register a ready object; see `ftf.container.Container.instance`."""
        self.container.instance(key, value)

    def add_controller(self, controller: type[Controller]) -> None:
        """Add the routes of a controller; the container builds it anew for each request.

        A controller that is registered already keeps the lifetime of its registration.

        Raises:
            TypeError: It is not a `Controller`, a handler of it has no `self`, or a type parameter
                has no argument.
            ValueError: It has no handlers, or its prefix or a path does not start with a slash.
        """
        operations = list(operations_of(controller))
        if any(not path for path, _, _ in operations):
            remedy = "write `prefix = ...`, or '/' as the path"
            raise ValueError(f"{controller.__qualname__} has a path without a slash: {remedy}.")
        if controller not in self.container:
            self.container.register(controller, scope="scoped")
        for path, endpoint, options in operations:
            self.router.add_api_route(path, endpoint, **options)

    def add_readiness_check(self, name: str, check: Check, timeout: float = 5.0) -> None:
        """Make `/ready` answer 503 while a check fails.

        Args:
            name: The name of the check in the response of `/ready`.
            check: A function whose arguments the container delivers; it fails when it raises,
                returns `False` or takes longer than `timeout`.
            timeout: Seconds that the check may take. A plain function runs in a thread, which goes
                on after a timeout, because Python cannot stop it.

        Raises:
            TypeError: The check is not callable.
            ValueError: Another check has this name.
        """
        self._readiness.add(ReadinessCheck(name, check, timeout))

    def add_limit(self, name: str, *limits: "Limit", everywhere: bool = False) -> None:
        """Add limits that `throttle(name)` and the service `Throttle` take together.

        They are counted in memory, unless there is a `LimitsProvider`.

        Args:
            name: What routes and response headers call them.
            limits: The limits, as `Limit.per_minute(60)`.
            everywhere: Whether every request takes them, before it is routed; `/health`, `/ready`
                and CORS preflights do not.

        Raises:
            InvalidLimitError: The name is taken or not possible, or there is no limit.
            RuntimeError: The application has started.
        """
        if self.middleware_stack is not None:
            raise RuntimeError("Add limits before the application starts.")
        add_limits(self, self._layers, name, limits, everywhere=everywhere)

    def map_error(self, error: type[Exception], status: int, title: str = "") -> None:
        """Answer an exception with a problem whose detail is the exception's text.

        For a status of 500 and above the exception is logged, and the problem has the request's id
        in place of the text.

        Args:
            error: The exception's class; subclasses are included.
            status: The HTTP status code.
            title: The kind of problem; by default the phrase of the status.

        Raises:
            TypeError: `error` is not a subclass of `Exception`.
            ValueError: `status` is not from 400 to 599.
        """
        if Exception not in getattr(error, "__mro__", ()):
            raise TypeError(f"error must be a subclass of Exception, not {error!r}.")
        if status not in range(400, 600):
            raise ValueError(f"status must be an error status, from 400 to 599, not {status!r}.")
        handler = mapped(status, title, problem_details=self.problem_details)
        self.add_exception_handler(error, handler)

    def add_api_websocket_route(
        self,
        path: str,
        endpoint: Callable[..., object],
        name: str | None = None,
        *,
        dependencies: Sequence[params.Depends] | None = None,
    ) -> None:
        """Add the route of a websocket; see `fastapi.FastAPI.websocket`."""
        dependencies = with_marks(endpoint, dependencies)
        with naming_parameters(endpoint, dependencies):
            super().add_api_websocket_route(path, endpoint, name, dependencies=dependencies)

    def add_middleware(
        self, middleware_class: Callable[..., ASGIApp], *args: object, **kwargs: object
    ) -> None:
        """Add ASGI middleware; the container delivers constructor arguments that are not given.

        Raises:
            OpenCorsError: It is a CORS middleware that allows every origin and credentials.
        """
        refuse_open_cors(Middleware(middleware_class, *args, **kwargs))
        super().add_middleware(middleware_class, *args, **kwargs)

    def openapi(self) -> Json:
        """Return the OpenAPI document of the routes and their errors."""
        document = super().openapi()
        # FastAPI returns the same document until the routes change: add the problems to each once.
        if self.problem_details and document is not self._documented:
            document_problems(document)
            self._documented = document
        return document

    def build_middleware_stack(self) -> ASGIApp:
        """Build FastAPI's layers, with the request scope around the user's middleware.

        FastAPI's layer for unexpected errors stays outermost, because instrumentation such as
        OpenTelemetry's takes it apart to see an error before it is answered.
        """
        app: ASGIApp = self._call_fastapi
        limits_bodies = self.problem_details and self._limits_bodies()
        if limits_bodies:
            app = BodyLimitProblem(app)
        users, outgoing = self.user_middleware, Outgoing(self.security_headers, self.draining)
        has_outer = self._layers.has_outer(users)
        if has_outer:  # such as CORS: what stands outside of these layers adds the headers
            app = direct = Direct(app, self, self.container, Outgoing({}, self.draining))
        self._outermost = self._layers.outermost(app, users, outgoing)
        if not has_outer:
            self._outermost = direct = Direct(self._outermost, self, self.container, outgoing)
        self.user_middleware: list[Middleware] = self._layers.inner(users, self._error_mapping())
        try:
            stack = super().build_middleware_stack()
        finally:
            self.user_middleware = users
        if not limits_bodies:
            direct.begin(stack)
        return stack

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if self.middleware_stack is None:
            self.middleware_stack = self.build_middleware_stack()
        await self._outermost(scope, receive, send)

    def _call_fastapi(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Serve one connection by FastAPI's method, as it is now: instrumentation replaces it."""
        return super().__call__(scope, receive, send)

    def validate_injections(self) -> None:
        """Check that every registered service can be built, and every injected one.

        Raises:
            InvalidApplicationError: A service cannot be built; the error holds every fault.
            InvalidRoutesError: A check of a route, such as `throttle`, cannot run.
        """
        middleware, checks = (
            middleware_injections(self.user_middleware),
            self._readiness.injections(),
        )
        validate(self.container, self.routes, (*middleware, *checks))
        validate_early_checks(self.container, self.routes)

    def ways(self) -> list[RouteWay]:
        """Return how the requests of each HTTP route are served, with those of included routers.

        The routes of mounted applications are left out.
        """
        return [
            way_of(route, self.container)
            for route in walk(self.routes)
            if getattr(route, "methods", None)
        ]

    async def build_middleware(self) -> None:
        """Build the middleware that needs services, with those of this start."""
        if self.middleware_stack is None:
            self.middleware_stack: ASGIApp | None = self.build_middleware_stack()
        await self._layers.build()

    def _error_mapping(self) -> Middleware:
        """Return a layer that maps errors of middleware like those of routes."""
        handlers = {
            key: handler
            for key, handler in self.exception_handlers.items()
            if key not in {500, Exception}
        }
        return Middleware(ExceptionMiddleware, handlers=handlers, debug=self.debug)

    def _limits_bodies(self) -> bool:
        limited = (self, *walk(self.routes))
        return any(getattr(part, "max_body_size", None) is not None for part in limited)

    def _add_handlers(self, own: ExceptionHandlers) -> None:
        """Add the package's exception handlers, and the user's, which replace them."""
        handlers = {**default_handlers(problem_details=self.problem_details), **own}
        for key, handler in handlers.items():
            self.add_exception_handler(key, handler)
