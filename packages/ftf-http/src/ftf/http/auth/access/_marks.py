"""The marks on what a route calls, and those that nothing would ask."""

from collections.abc import Iterable, Iterator
from inspect import isroutine
from weakref import WeakKeyDictionary

from fastapi.dependencies.models import Dependant
from starlette.routing import BaseRoute

from ftf.container import Container

from ...injection._early_checks import EarlyCheck, marks_of
from ...routing._tree import mounts
from ._access import AccessCheck, AccessMark, Decider

# Whether a method of a class has a mark.
_with_marks: WeakKeyDictionary[type, bool] = WeakKeyDictionary()


def marks_on(target: object) -> Iterator[AccessCheck]:
    """Return the demands that decorators have added to a handler or an application."""
    for mark in marks_of(target):
        if isinstance(mark.dependency, AccessCheck):
            yield mark.dependency


def marks_of_route(route: object) -> Iterator[AccessCheck]:
    """Return the demands on what a route of Starlette calls."""
    for target in _targets(route):
        yield from marks_on(target)


def has_marked_methods(route: object) -> bool:
    """Return whether a method of the class that a route calls has a mark, which nothing asks."""
    return any(_marked_methods(target) for target in _targets(route))


def has_marked_dependencies(dependant: Dependant) -> bool:
    """Return whether the function of a dependency has a mark, or a mark is such a function."""
    return any(
        not isinstance(below.call, EarlyCheck)
        and (
            isinstance(below.call, AccessMark)
            or (isinstance(below.call, type) and issubclass(below.call, AccessMark))
            or any(marks_on(below.call))
            or has_marked_dependencies(below)
        )
        for below in dependant.dependencies
    )


def marked_below(mounted: BaseRoute) -> Iterator[BaseRoute]:
    """Return the routes of a mounted application whose marks nothing asks."""
    for _, app, below in mounts([mounted]):
        container: object = getattr(app, "container", None)
        if isinstance(container, Container) and Decider in container:
            continue  # it asks its own guards
        around = getattr(getattr(app, "router", app), "dependencies", ())
        for route in below:
            dependant = getattr(route, "dependant", None)
            if isinstance(dependant, Dependant):
                is_lost = has_marked_dependencies(dependant)
            else:
                is_lost = any(marks_of_route(route)) or has_marked_methods(route)
                is_lost = is_lost or are_marked(around)
            if is_lost:
                yield route
            yield from marked_below(route)


def are_marked(dependencies: Iterable[object]) -> bool:
    """Return whether there is a mark among dependencies."""
    return any(isinstance(each, AccessMark) for each in dependencies)


def _targets(route: object) -> Iterator[object]:
    """Return the endpoint of a route, and its application with what its middleware wraps."""
    yield getattr(route, "endpoint", None)
    # Starlette's mount has no public name for what its own middleware wraps.
    yield getattr(route, "_base_app", None)
    app: object = getattr(route, "app", None)
    while app is not None:
        yield app
        app = None if hasattr(app, "routes") else getattr(app, "app", None)


def _marked_methods(target: object) -> bool:
    if target is None or isroutine(target):
        return False
    cls = target if isinstance(target, type) else type(target)
    if cls not in _with_marks:  # found once: a mounted application is looked at for each request
        methods = (each for base in cls.__mro__ for each in vars(base).values() if isroutine(each))
        _with_marks[cls] = any(any(marks_on(each)) for each in methods)
    return _with_marks[cls]
