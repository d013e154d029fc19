"""What ftf-http itself raises.

    LookupError
    ├── NoRequestError
    └── NoRequestScopeError
    TypeError
    └── InvalidInjectionError
        └── UnreadableParameterError (fastapi.exceptions.FastAPIError)
    ValueError
    └── OpenCorsError
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
    """A service asked for the request where there is none.

    Args:
        wanted: What it asked for.
    """

    def __init__(self, wanted: str) -> None:
        self.wanted: str = wanted

    def __str__(self) -> str:
        return (
            f"{self.wanted} was asked for where there is none.\n"
            "A websocket has an HTTPConnection, a worker has neither: pass it what it needs."
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
    """A parameter asks for a service in a way that cannot work.

    Args:
        function: The function it is a parameter of.
        parameter: Its name.
        problem: What is wrong, as the end of a sentence.
        remedy: What to do about it, in one sentence.
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
    problem="{key} is a registered service, and clients would send it.",
    remedy="Write `Injected[{key}]`, or `Annotated[{key}, Body()]` if clients are to send it.",
):
    """A parameter is read from the request, although a service is registered for its type."""


class OpenCorsError(ValueError):
    """CORS would let any site act with a visitor's credentials.

    Args:
        option: The option that admits every origin.
    """

    def __init__(self, option: str) -> None:
        self.option: str = option

    def __str__(self) -> str:
        return (
            f"CORSMiddleware admits every origin (by {self.option}) and allows credentials, so any "
            "site could act in a visitor's name.\n"
            "Name the origins in allow_origins, or leave allow_credentials out."
        )


@dataclass(frozen=True, slots=True)
class InjectionFault:
    """A service that cannot be delivered, or that clients would send, and where it is asked for.

    Args:
        place: The route with its method and path, or the middleware.
        parameter: The name of the parameter.
        error: What is wrong.
    """

    place: str
    parameter: str
    error: DependencyResolutionError

    def __str__(self) -> str:
        return f"{self.place}, parameter {self.parameter!r}:\n{self.error}"


class InvalidApplicationError(GraphError, problem="", remedy=""):
    """Everything that keeps an application from starting, in one report.

    Args:
        injections: What routes and middleware ask for in vain.
        registered: What is registered and cannot be built.
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
