"""The application that a worker runs the jobs of, by its name."""

from collections.abc import Callable
from importlib import import_module
from typing import cast

from ..._container import Container
from ._worker import Worker


class NoApplicationError(Exception):
    """The name of an application names none that has jobs."""


def container_of(name: str) -> Container:
    """Return the container of an application.

    Args:
        name: `module:attribute`, where the attribute is an application with a `container`, a
            container, or a function without parameters that returns one of them.

    Raises:
        NoApplicationError: There is no such thing. What the import of the module raises is raised.
    """
    module, _, attribute = name.partition(":")
    if not (module and attribute):
        problem = f"{name!r} is not the name of an application"
        raise NoApplicationError(f"{problem}: write `module:attribute`")
    found = _module(module)
    for part in attribute.split("."):
        if not hasattr(found, part):
            raise NoApplicationError(f"{module} has no attribute {attribute!r}")
        found = getattr(found, part)
    container = _container(found)
    if container is None and callable(found):
        container = _container(cast("Callable[[], object]", found)())
    if container is None:
        raise NoApplicationError(f"{name!r} is a {type(found).__name__}, which has no container")
    if Worker not in container:
        raise NoApplicationError(f"{name!r} has no jobs: add `ftf.container.jobs.JobsProvider`")
    return container


def _module(name: str) -> object:
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name and f"{name}.".startswith(f"{error.name}."):
            raise NoApplicationError(f"There is no module {error.name!r} here") from None
        raise  # the module imports one that is missing


def _container(found: object) -> Container | None:
    container = found if isinstance(found, Container) else getattr(found, "container", None)
    return container if isinstance(container, Container) else None
