"""What an application declares: services, controllers, checks, limits, errors, middleware."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Literal, Never, cast

from fastapi import FastAPI, params
from starlette.middleware import Middleware
from starlette.types import ASGIApp

from ftf.container import Container, Factory, Lifetime

from ._fixed_attribute import FixedAttribute
from .documentation._pages import asset_routes
from .injection._early_checks import with_marks
from .injection._readable import naming_parameters
from .problems._handlers import Kind, mapped
from .problems._pages import page_of
from .problems._response import phrase_of
from .problems._types import ProblemType, ProblemTypes, is_uri
from .routing._controller import Controller, add_operations
from .routing._index import RouteIndex
from .routing._openapi import documentation_urls
from .routing._options import Json
from .routing._unmatched import Unmatched
from .startup._cors import refuse_open_cors
from .startup._further_layers import add_limits
from .startup._layers import Layers
from .startup._readiness import Check, Readiness, ReadinessCheck

if TYPE_CHECKING:
    from typing_extensions import TypeForm

    from .auth import Guard, Policy
    from .auth.access._open_routes import OpenRoute
    from .limits import Limit


class Declarations(FastAPI):
    """The methods of an application that declare its parts before it starts."""

    container: FixedAttribute[Container] = FixedAttribute("FastTrackFramework(container=...)")
    problem_details: bool
    _layers: Layers
    problem_types: ProblemTypes
    _readiness: Readiness
    _index: RouteIndex
    _unmatched: Unmatched

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
                has no argument, or one that it does not allow.
            ValueError: It has no handlers, its prefix or a path does not start with a slash, or it
                is added already.
        """
        add_operations(self.router, controller, is_root=True)
        if controller not in self.container:
            self.container.register(controller, scope="scoped")

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
        self._refuse_late("limits")
        add_limits(self, self._layers, name, limits, everywhere=everywhere)

    def add_guard(self, name: str, guard: "type[Guard]") -> None:
        """Add a guard, which finds out who sends a request by one kind of credential.

        Guards are asked in the order in which they are added.

        Args:
            name: What `Access(name)` calls it.
            guard: Its class. The container builds it for each request, unless it is registered with
                another lifetime.

        Raises:
            InvalidAuthError: The name or the class is taken, or it is not a guard.
            RuntimeError: The application has started.
        """
        self._refuse_late("guards")
        from .auth.access import _setup  # noqa: PLC0415  # loaded where there are guards

        _setup.add_guard(self, self._index, name, guard)

    def require_login(self, *, docs: Literal["closed", "public"] = "closed") -> None:
        """Make every route demand a credential, unless `@public` or another mark says otherwise.

        Plain routers, mounted applications, static files and websockets are closed too. `/health`,
        `/ready`, a 404 and a 405 are answered to everyone.

        Args:
            docs: Whether everyone may read the OpenAPI document and the pages that show it.

        Raises:
            RuntimeError: The application has started.
        """
        self._refuse_late("`require_login`")
        from .auth.access import _setup  # noqa: PLC0415  # loaded where there are guards

        files = [route.path for route in asset_routes(self)]
        open_paths = [*documentation_urls(self), *files] if docs == "public" else []
        further = self._unmatched.last
        _setup.require_login(self, self._index, further, open_paths=open_paths)

    def open_routes(self) -> "Sequence[OpenRoute]":
        """Return the routes that everyone may call, without those of mounted applications."""
        from .auth.access import _setup  # noqa: PLC0415  # loaded where it is used

        return _setup.open_routes_of(self)

    def add_policy(self, model: type[object], policy: "type[Policy[Never]]") -> None:
        """Add the policy that decides what users may do with the records of a model.

        A policy that is registered already keeps the lifetime of its registration; others are
        built once for each request.

        Args:
            model: The model.
            policy: The policy, as `PostPolicy`.

        Raises:
            InvalidPolicyError: It is not a policy of a class of users, or the model has one.
            RuntimeError: The application has started.
        """
        self._refuse_late("policies")
        from .auth.policies import _setup  # noqa: PLC0415  # loaded where there are policies

        _setup.add_policy(self, model, policy)

    def map_error[E: Exception](
        self,
        error: type[E],
        status: int,
        title: str = "",
        *,
        type: str = "",  # noqa: A002  # the name of the member in RFC 9457
        members: Callable[[E], Mapping[str, object]] = lambda _: {},
    ) -> None:
        """Answer an exception with a problem whose detail is the exception's text.

        For a status of 500 and above the exception is logged, and the problem has the request's id
        in place of the text.

        Args:
            error: The exception's class; subclasses are included.
            status: The HTTP status code.
            title: The kind of problem; by default the phrase of the status.
            type: The kind of problem for programs, as a slug such as "out-of-stock", for which the
                application serves a page at `/problems/out-of-stock`, or as a URI.
            members: Returns further members of the problem, such as `{"left": error.left}`. It may
                not name those that every problem has.

        Raises:
            TypeError: `error` is not a subclass of `Exception`.
            ValueError: `status` is not from 400 to 599, or `type` is neither a slug nor a URI, or a
                slug of another status.
        """
        if Exception not in getattr(error, "__mro__", ()):
            raise TypeError(f"error must be a subclass of Exception, not {error!r}.")
        if status not in range(400, 600):
            raise ValueError(f"status must be an error status, from 400 to 599, not {status!r}.")
        if type and not is_uri(type):
            self._add_problem_type(ProblemType(type, status, title or phrase_of(status)))
        kind = Kind(status, title, type, cast("Callable[[Exception], Json]", members))
        self.add_exception_handler(error, mapped(kind, problem_details=self.problem_details))

    def _add_problem_type(self, problem: ProblemType) -> None:
        """Add a type of problems, and its page."""
        if self.problem_types.add(problem) and self.problem_types.has_pages:
            self._unmatched.add(page_of(self.problem_types, problem))

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

    def _refuse_late(self, what: str) -> None:
        if self.middleware_stack is not None:
            raise RuntimeError(f"Add {what} before the application starts.")
