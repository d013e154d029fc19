"""Checks of a route that run before the body of the request is read.

They are FastAPI dependencies: applications, routers, inclusions and routes of every kind collect
them, in every version of FastAPI. FastAPI reads the body before it solves dependencies, so `Route`
runs these first. A check that runs again as a dependency does nothing; where another route class
serves the request, it runs as a dependency only.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine, Iterator, Sequence
from functools import partial
from inspect import isfunction, unwrap
from typing import Any, ClassVar, cast

from fastapi import params
from fastapi.dependencies.models import Dependant
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from ftf.container import Container

type Handler = Callable[[Request], Coroutine[None, None, Response]]

_MARKS = "ftf_early_checks"
_UNCHECKED = "ftf_unchecked"


class EarlyCheck(ABC):
    """A dependency that may refuse a request before its body is read.

    Attributes:
        precedes_routes: Whether the index of the application asks it before it calls a route, of
            whatever class that is, and finds it on handlers of every kind.
        answers: The statuses by which it refuses a request, for the OpenAPI document.
    """

    precedes_routes: ClassVar[bool] = False
    answers: ClassVar[tuple[int, ...]] = ()

    @property
    def is_idle(self) -> bool:
        """Whether it refuses no request, so that it need not run."""
        return False

    @abstractmethod
    async def __call__(self, connection: HTTPConnection) -> None:
        """Raise if the request is refused; a second call for one request does nothing."""

    @abstractmethod
    def fault(self, container: Container) -> Exception | None:
        """Return why the check cannot run in an application with this container."""


class SurroundingCheck(EarlyCheck):
    """An early check that also has the response of a request before it is sent.

    FastAPI serves its routes, because a plan sends what it makes.
    """

    @abstractmethod
    async def surround(self, request: Request, handle: Handler) -> Response:
        """Return the response to a request, by calling its handler or in its place."""


class EarlyDependency(params.Depends):
    """The mark of an early check: a dependency, and a decorator of handlers and controllers.

    Args:
        check: The check.
    """

    def __init__(self, check: EarlyCheck) -> None:
        super().__init__(check)

    def __call__[F: Callable[..., object]](self, target: F) -> F:
        """Add the check to a handler, or to each handler of a controller."""
        if isinstance(target, type) and hasattr(target, "dependencies"):
            before = target.dependencies
            target.dependencies = (self, *before)
        else:
            setattr(target, _MARKS, (self, *marks_of(target)))
        return target


def marks_of(endpoint: object) -> tuple[EarlyDependency, ...]:
    """Return the checks that decorators have added to a handler, or to the function it wraps."""
    if isfunction(endpoint) and not endpoint.__dict__:  # most of them
        return ()
    target: Any = unwrap(cast("Any", endpoint), stop=_is_marked)
    while isinstance(target, partial) and not _is_marked(target):
        target = unwrap(target.func, stop=_is_marked)
    found: tuple[EarlyDependency, ...] = getattr(target, _MARKS) if _is_marked(target) else ()
    return found


def _is_marked(target: object) -> bool:
    return isinstance(getattr(target, _MARKS, None), tuple)


def with_marks(
    endpoint: object, dependencies: Sequence[params.Depends] | None
) -> Sequence[params.Depends] | None:
    """Return dependencies with the checks that decorators have added to a handler."""
    given = dependencies or ()
    new = [mark for mark in marks_of(endpoint) if not any(mark is each for each in given)]
    return [*new, *given] if new else dependencies


def checks_of(dependant: Dependant) -> Iterator[EarlyCheck]:
    """Return the checks among dependencies, and among theirs."""
    for below in dependant.dependencies:
        if isinstance(below.call, EarlyCheck):
            yield below.call
        yield from checks_of(below)


def checked_first(handle: Handler) -> Handler:
    """Return a handler that runs the early checks, if there are any, before the body is read.

    Args:
        handle: FastAPI's handler of one inclusion of the route. Its dependencies are read from its
            closure: those of the route would lack the including router's.
    """
    dependant = captured_by(handle, "dependant")
    checks = [*checks_of(dependant)] if isinstance(dependant, Dependant) else []
    if not checks:
        return handle
    surrounding = [check for check in checks if isinstance(check, SurroundingCheck)]
    first = [check for check in checks if check not in surrounding]
    inner = handle
    for check in reversed(surrounding):
        inner = partial(check.surround, handle=inner)

    async def check_first(request: Request) -> Response:
        for check in first:
            await check(request)
        return await inner(request)

    setattr(check_first, _UNCHECKED, inner)
    return check_first


def captured_by(function: object, name: str) -> object:
    """Return a variable that a function takes from the one around it; `None` if it takes none."""
    # Not getclosurevars(), which looks up the globals and builtins of the function as well.
    if not isfunction(function) or name not in function.__code__.co_freevars:
        return None
    cells = function.__closure__ or ()
    return cast("object", cells[function.__code__.co_freevars.index(name)].cell_contents)


def unchecked(handle: object) -> object:
    """Return the handler in one of `checked_first`, for a plan that runs the checks itself."""
    return getattr(handle, _UNCHECKED, handle)
