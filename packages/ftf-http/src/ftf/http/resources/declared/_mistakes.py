"""Mistakes in the class of a resource controller, each of which would fail a request."""

import re
from collections.abc import Callable, Iterator
from inspect import getattr_static, iscoroutinefunction, isfunction, signature, unwrap
from typing import Final

_HOOKS: Final = ("storing", "stored", "updating", "updated", "destroying", "destroyed")
_ASYNC: Final = (*_HOOKS, "found", "shown")
_PLAIN: Final = ("scope", "parents", "query")
_MEANT: Final = {"action": "actions", "filter": "filters", "policies": "policy"}
_READY: Final = {"records", "__post_init__"}  # what a constructor sets, or leaves to a dataclass
_NAMES: Final = re.compile(r"{(\w+)")


def mistakes(controller: type, base: type) -> Iterator[str]:
    """Return what is wrong with the methods and attributes of a controller, each with its remedy.

    Args:
        controller: The controller.
        base: `ResourceController`, whose methods it overrides.
    """
    name = controller.__qualname__
    for wrong, meant in _MEANT.items():
        if wrong in _own(controller, base) and not callable(getattr(controller, wrong)):
            yield f"{name}.{wrong} is not an attribute of resources: write `{meant} = ...`."
    if not _calls_constructor(controller, base):
        yield (
            f"{name}.__init__ does not call the one of ResourceController: write "
            "`super().__init__(records)` in it, with the repository of the records."
        )
    for method in (*_ASYNC, *_PLAIN):
        if method in _own(controller, base):
            yield from _of_method(controller, base, method)


def unread_names(prefix: str, parent: str) -> list[str]:
    """Return the parameters of a prefix that the controller does not read by its parent."""
    return [name for name in _NAMES.findall(prefix) if name != parent]


def _own(controller: type, base: type) -> set[str]:
    before = controller.__mro__[: controller.__mro__.index(base)]
    return {name for cls in before for name in vars(cls)}


def _of_method(controller: type, base: type, name: str) -> Iterator[str]:
    method = getattr(controller, name)
    place = f"{controller.__qualname__}.{name}"
    parameters = [*signature(getattr(base, name)).parameters]
    asked = f"{'async ' * (name in _ASYNC)}def {name}({', '.join(parameters)})"
    if not isfunction(method):
        if not callable(method):
            yield f"{place} is a method of all resources: write `{asked}`, or rename the attribute."
        return
    if _is_async(method) != (name in _ASYNC):
        yield f"{place} {'must' if name in _ASYNC else 'must not'} be async: write `{asked}`."
    is_static = isinstance(getattr_static(controller, name), staticmethod)
    try:
        signature(method).bind(*parameters[is_static:])
    except TypeError:
        given = ", ".join(parameters[1:]) or "nothing"
        yield f"{place} is called with {given}: write `{asked}`."


def _is_async(method: Callable[..., object]) -> bool:
    return iscoroutinefunction(method) or iscoroutinefunction(unwrap(method))


def _calls_constructor(controller: type, base: type) -> bool:
    """Return whether constructors of a controller call the one of the base, by the names in them.

    One that has `records` of its own, or cannot be read, is not doubted.
    """
    for cls in controller.__mro__[: controller.__mro__.index(base)]:
        if "__init__" in vars(cls):
            code = getattr(unwrap(vars(cls)["__init__"]), "__code__", None)
            names = _READY if code is None else {*code.co_names}
            if names & _READY:
                return True
            if "__init__" not in names:
                return False
    return True
