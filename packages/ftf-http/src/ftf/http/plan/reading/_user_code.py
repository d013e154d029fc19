"""Whether validation calls functions of the application."""

import sys
from collections.abc import Iterator, Mapping
from types import FunctionType

from pydantic import TypeAdapter

_LIBRARIES = {*sys.stdlib_module_names, "pydantic", "pydantic_core", "pydantic_extra_types"}
_TYPES = "ftf.http.types"
_TEXTS = {"metadata", "serialization"}


def calls_user_code(adapter: TypeAdapter[object]) -> bool:
    """Return whether a validator calls functions that are not of pydantic, Python or our types.

    FastAPI calls dependencies before it validates the parameters of the handler, and such a
    function may read what a dependency has set.
    """
    return any(map(_is_of_user, _functions(adapter.core_schema)))


def _functions(schema: object) -> Iterator[object]:
    """Return the functions in a core schema of pydantic, among other values."""
    parts = [schema]
    for part in parts:
        if isinstance(part, Mapping):
            yield from part.values()
            if part.get("type") == "enum":
                yield part["cls"]._missing_
            if part.get("custom_init"):
                yield part["cls"].__init__
            if after := part.get("post_init"):  # the name for a model, and True for a dataclass
                yield getattr(part["cls"], "__post_init__" if after is True else after)
            parts += (each for key, each in part.items() if key not in _TEXTS)
        elif isinstance(part, list | tuple):
            parts += part


def _is_of_user(function: object) -> bool:
    function = getattr(function, "__func__", function)
    if not isinstance(function, FunctionType):
        return False
    module = function.__module__
    return module != _TYPES and module.partition(".")[0] not in _LIBRARIES
