"""The exceptions that ftf-http raises.

    LookupError
    ├── NoRequestError
    └── NoRequestScopeError
    TypeError
    └── InvalidInjectionError
        └── UnreadableParameterError (fastapi.exceptions.FastAPIError)
    ValueError
    ├── InvalidRoutesError
    ├── OpenCorsError
    └── UnsendableResponseError
    ftf.container.DependencyResolutionError
    ├── ReadServiceError
    └── GraphError
        └── InvalidApplicationError

The attributes are the contract; the texts may improve in any release.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fastapi.exceptions import FastAPIError

from ftf.container import DependencyResolutionError, GraphError


class NoRequestError(LookupError):
    """A service asked for the request, and no request is being served.

    Args:
        wanted: The name of the class it asked for.
    """

    def __init__(self, wanted: str) -> None:
        self.wanted: str = wanted

    def __str__(self) -> str:
        return (
            f"A service asked for {self.wanted}, and there is none here.\n"
            "A websocket has an HTTPConnection, a worker has neither: pass the values it needs."
        )


class NoRequestScopeError(LookupError):
    """A service was injected into a request that has no container scope.

    Args:
        path: The path of the request.
    """

    def __init__(self, path: str) -> None:
        self.path: str = path

    def __str__(self) -> str:
        return (
            f"The request for {self.path} has no container scope to inject services from.\n"
            "Use FastTrackFramework as the application, or wrap yours: "
            "`app.add_middleware(ScopeMiddleware, container=container)`."
        )


class InvalidInjectionError(TypeError):
    """A parameter is injected in a way that is not possible.

    Args:
        function: The function it is a parameter of.
        parameter: Its name.
        problem: The fault, as the end of a sentence that begins with the parameter.
        remedy: The way to fix it, in one sentence.
    """

    def __init__(
        self, function: Callable[..., object], parameter: str, problem: str, remedy: str
    ) -> None:
        self.function: Callable[..., object] = function
        self.parameter: str = parameter
        self.problem: str = problem
        self.remedy: str = remedy

    def __str__(self) -> str:
        name = getattr(self.function, "__qualname__", repr(self.function))
        return f"Parameter {self.parameter!r} of {name} {self.problem}.\n{self.remedy}"


class UnreadableParameterError(InvalidInjectionError, FastAPIError):
    """A parameter has a type that FastAPI cannot read from a request.

    Args:
        function: The handler or dependency it is a parameter of.
        parameter: Its name.
    """

    def __init__(self, function: Callable[..., object], parameter: str) -> None:
        problem = "is neither injected nor of a type that FastAPI can read from a request"
        remedy = f"If it is a service, write `{parameter}: Injected[...]`."
        super().__init__(function, parameter, problem, remedy)


class ReadServiceError(
    DependencyResolutionError,
    problem="{key} is a registered service, but the parameter is read from the request.",
    remedy="Write `Injected[{key}]`, or `Annotated[{key}, Body()]` if clients send it.",
):
    """A parameter is read from the request, although a service is registered for its type."""


class OpenCorsError(ValueError):
    """A CORS middleware allows every origin and credentials.

    Args:
        option: The option that allows every origin.
    """

    def __init__(self, option: str) -> None:
        self.option: str = option

    def __str__(self) -> str:
        return (
            f"CORSMiddleware allows every origin (by {self.option}) and credentials, so any "
            "site could send requests with a visitor's credentials.\n"
            "List the origins in allow_origins, or remove allow_credentials."
        )


class UnsendableResponseError(ValueError):
    """A response has a status or a header that HTTP does not have; nothing of it was sent.

    Args:
        part: Which part it is: `"status"`, `"header"` or `"header name"`.
        refused: What HTTP does not have: the status, or the first character.
        name: The name of the header.
    """

    def __init__(self, part: str, refused: str, name: str = "") -> None:
        self.part: str = part
        self.refused: str = refused
        self.name: str = name

    def __str__(self) -> str:
        if self.part == "status":
            return f"The status of a response has to be from 200 to 599, not {self.refused}."
        return (
            f"The {self.part} {self.name!r} of a response cannot have {self.refused!r}.\n"
            "Encode the text, as by urllib.parse.quote()."
        )


@dataclass(frozen=True, slots=True)
class RouteFault:
    """A check of a route, such as `throttle`, that cannot run.

    Args:
        place: The route with its method and path.
        reason: Why it cannot.
    """

    place: str
    reason: str

    def __str__(self) -> str:
        return f"{self.place}:\n{self.reason}"


class InvalidRoutesError(ValueError):
    """An application cannot start: its routes have checks that cannot run.

    Args:
        faults: Every fault.
    """

    def __init__(self, faults: Sequence[RouteFault]) -> None:
        self.faults: tuple[RouteFault, ...] = tuple(faults)

    def __str__(self) -> str:
        first = f"The application cannot start: {len(self.faults)} checks of routes cannot run."
        return "\n\n".join((first, *map(str, self.faults)))


@dataclass(frozen=True, slots=True)
class InjectionFault:
    """A parameter whose service cannot be built, or is read from the request by mistake.

    Args:
        place: The route with its method and path, the middleware or the readiness check.
        parameter: The name of the parameter.
        error: The fault of the service.
    """

    place: str
    parameter: str
    error: DependencyResolutionError

    def __str__(self) -> str:
        return f"{self.place}, parameter {self.parameter!r}:\n{self.error}"


class InvalidApplicationError(GraphError, problem="", remedy=""):
    """An application cannot start, with every fault of its services in one report.

    Args:
        injections: The faults of routes, middleware and readiness checks.
        registered: The faults of registered services, without those in `injections`.
    """

    def __init__(
        self,
        injections: Sequence[InjectionFault],
        registered: Sequence[DependencyResolutionError],
    ) -> None:
        self.injections: tuple[InjectionFault, ...] = tuple(injections)
        self.registered: tuple[DependencyResolutionError, ...] = tuple(registered)
        super().__init__((*(fault.error for fault in injections), *registered))

    def __str__(self) -> str:
        parts = [
            f"The application cannot start: {len(self.faults)} of its services cannot be delivered."
        ]
        return "\n\n".join((*parts, *map(str, self.injections), *map(str, self.registered)))
