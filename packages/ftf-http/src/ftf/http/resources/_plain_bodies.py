"""Bodies with rules, of all routes: plain ones, and ones that tell which values are taken."""

from collections.abc import Iterator

from fastapi.dependencies.models import Dependant

from ..injection._endpoint import injected_keys
from ._controller import ResourceController
from ._resource import ACTIONS
from .bodies._checked import RuleCheck, UncheckedRules
from .bodies._form import FormReader
from .bodies._rules_in import asks_unique, ruled_in


def plain_bodies(dependant: Dependant) -> Iterator[str]:
    """Return what to write for each body of a handler, or of its dependencies, with such rules."""
    if not isinstance(dependant.call, RuleCheck | FormReader) and not _is_action(dependant.call):
        for field in dependant.body_params:
            info = field.field_info
            # Older FastAPI leaves the metadata in the annotation.
            marks = *info.metadata, *getattr(info.annotation, "__metadata__", ())
            is_marked = any(isinstance(mark, UncheckedRules) for mark in marks)
            for schema in () if is_marked else [*ruled_in(info.annotation)][:1]:
                yield (
                    f"The body {field.name!r} has the rules (`Exists`, `Unique`) of "
                    f"{schema.__name__}, which a plain body does not check.\nWrite "
                    f"`{field.name}: Checked[{schema.__name__}]`, or `Unchecked[...]` if the "
                    "handler checks them itself."
                )
    for below in dependant.dependencies:
        yield from plain_bodies(below)


def tells_taken(dependant: Dependant) -> bool:
    """Return whether a body of a handler, or of its dependencies, has a `Unique`."""
    bodies = (asks_unique(field.field_info.annotation) for field in dependant.body_params)
    return any(bodies) or any(map(tells_taken, dependant.dependencies))


def _is_action(call: object) -> bool:
    """Return whether a handler is an action of a resource, which checks its body."""
    is_of_resource = any(
        isinstance(key, type) and issubclass(key, ResourceController)
        for key in injected_keys(call).values()
    )
    return is_of_resource and getattr(call, "__name__", "") in ACTIONS
