"""`FastTrackFramework`: a FastAPI application with a container."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Unpack

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.responses import Response
from starlette.routing import Route as StarletteRoute
from starlette.types import ASGIApp, Lifespan, Receive, Scope, Send

from ftf.container import Container, ServiceProvider

from ._declarations import Declarations
from ._fixed_attribute import FixedAttribute
from .documentation._pages import asset_routes, serve_pages
from .exceptions import InvalidRoutesError
from .plan._planned import way_of
from .plan._way import RouteWay
from .problems._body_limit import BodyLimitProblem
from .problems._default_handlers import default_handlers
from .problems._openapi import document_problems
from .problems._pages import page_of
from .problems._types import DEFAULT_BASE, ProblemTypes
from .request._outermost import Outgoing
from .request._server_timing import timed
from .request._services import serve_from
from .routing._index import RouteIndex
from .routing._openapi import document_parameters
from .routing._options import ApplicationOptions, Json, check_options
from .routing._refusals import document_refusals
from .routing._route import Route
from .routing._tree import walk
from .routing._unmatched import Unmatched
from .shutdown._draining import Draining
from .startup._access import access_faults, document_access, report_open_routes
from .startup._checks import (
    dependants,
    middleware_injections,
    telling_taken,
    unchecked_rules,
    validate,
)
from .startup._cors import refuse_open_cors
from .startup._direct import Direct
from .startup._early_checks import early_check_faults
from .startup._further_layers import add_security, add_time_limits
from .startup._layers import Layers
from .startup._lifespan import with_container
from .startup._policies import validate_policies
from .startup._readiness import Readiness, live

if TYPE_CHECKING:
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


class FastTrackFramework(Declarations):
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
        problem_types: What the type of a problem begins with: a path, at which the application
            serves a page for each type, unless a route of yours has it, or an absolute URI.
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
        ValueError: A time limit is not above 0, or `problem_types` cannot come before a type.
        InvalidSecurityError: A value of `security` is not possible.
        OpenCorsError: A CORS middleware allows every origin and credentials.
    """

    draining: FixedAttribute[Draining] = FixedAttribute("FastTrackFramework(shutdown_delay=...)")

    def __init__(
        self,
        *,
        container: Container | None = None,
        providers: Iterable[ServiceProvider] = (),
        exception_handlers: ExceptionHandlers | None = None,
        lifespan: "Lifespan[FastTrackFramework] | None" = None,
        problem_details: bool = True,
        problem_types: str = DEFAULT_BASE,
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
        serve_pages(self)
        self.problem_details = problem_details
        self.problem_types: ProblemTypes = ProblemTypes(problem_types)
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
        further = [
            StarletteRoute("/health", live),
            StarletteRoute("/ready", self._readiness.respond),
            *asset_routes(self),
        ]
        if problem_details and self.problem_types.has_pages:
            further += [page_of(self.problem_types, known) for known in self.problem_types]
        # Not routes of the router: Starlette would try them before those that are added later.
        self._unmatched = Unmatched(self.router, further)
        self._index = RouteIndex(self.router, self._unmatched)
        self.router.middleware_stack = self._index
        self._documented: object = None
        self._layers = Layers(self.container, self.draining)
        self.security: SecurityOptions | None = security
        if security is not None:
            add_security(self, self._layers, security)
        add_time_limits(self, self._layers, request_timeout, body_timeout)
        self._outermost: ASGIApp = self._call_fastapi
        self._is_built = False  # whether the layers outside of FastAPI's are

    def openapi(self) -> Json:
        """Return the OpenAPI document of the routes, what they demand, and their errors."""
        document = super().openapi()
        # FastAPI returns the same document until the routes change: complete each once.
        if document is not self._documented:
            document_parameters(document, self.routes)
            document_refusals(document, self.routes)
            document_access(self, document)
            if self.problem_details:
                document_problems(document, self.problem_types)
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
        users, security = self.user_middleware, self._layers.security
        further = security.headers if security else None
        outgoing = Outgoing(self.security_headers, self.draining, further)
        has_outer = self._layers.has_outer(users)
        if has_outer:  # such as CORS: what stands outside of these layers adds the headers
            app = direct = Direct(app, self, self.container, Outgoing({}, self.draining))
        self._outermost = self._layers.outermost(app, users, outgoing)
        self._is_built = True
        if not has_outer:
            admits = security.admits if security else None
            direct = Direct(self._outermost, self, self.container, outgoing, admits)
            self._outermost = direct
        self.user_middleware: list[Middleware] = self._layers.inner(users, self._error_mapping())
        try:
            stack = super().build_middleware_stack()
        finally:
            self.user_middleware = users
        if not limits_bodies:
            direct.begin(stack)
        self._outermost = timed(self._outermost)
        return stack

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if self.middleware_stack is None or not self._is_built:
            stack = self.build_middleware_stack()
            # One that was set before is served by, within the layers outside of FastAPI's.
            self.middleware_stack = self.middleware_stack or stack
        await self._outermost(scope, receive, send)

    def _call_fastapi(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Serve one connection by FastAPI's method, as it is now: instrumentation replaces it."""
        return super().__call__(scope, receive, send)

    def validate_injections(self) -> None:
        """Check that every registered service can be built, and every injected one.

        Raises:
            InvalidApplicationError: A service cannot be built; the error holds every fault.
            InvalidRoutesError: A check of a route, such as `throttle`, `Access` or the rules of a
                body, cannot run.
            InvalidPoliciesError: A policy cannot decide, or a handler names one that was not added.
        """
        middleware, checks = (
            middleware_injections(self.user_middleware),
            self._readiness.injections(),
        )
        places = [*dependants(self.routes)]
        access = access_faults(self, self.security, self._index)
        faults = [*access, *early_check_faults(self, places), *unchecked_rules(places)]
        if faults:
            raise InvalidRoutesError(faults)
        validate(self.container, places, (*middleware, *checks))
        validate_policies(self.container, places)
        report_open_routes(self, telling_taken(places))

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
