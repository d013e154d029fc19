"""The policies that the code of a function names."""

from collections.abc import Callable, Iterator, Mapping
from inspect import unwrap
from types import CodeType, ModuleType
from typing import Never, TypeIs

from ._policy import Policy


def policies_named_by(function: Callable[..., object]) -> list[type]:
    """Return the policies that a function names, without those of variables set while it runs."""
    source = unwrap(function)
    code: object = getattr(source, "__code__", None)
    if not isinstance(code, CodeType):
        return []
    names = dict.fromkeys(_names(code))
    known = {**getattr(source, "__globals__", {}), **_closure(source, code)}
    return list(dict.fromkeys(_policies(names, known)))


def _policies(names: Mapping[str, None], known: Mapping[str, object]) -> Iterator[type]:
    for found in (known[name] for name in names if name in known):
        if isinstance(found, ModuleType):
            yield from filter(_is_policy, (vars(found).get(name) for name in names))
        elif _is_policy(found):
            yield found


def _is_policy(found: object) -> TypeIs[type[Policy[Never]]]:
    return isinstance(found, type) and issubclass(found, Policy) and found is not Policy


def _names(code: CodeType) -> Iterator[str]:
    """Return the names that code loads, of functions that it defines too."""
    yield from code.co_names
    yield from code.co_freevars
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


def _closure(function: object, code: CodeType) -> dict[str, object]:
    """Return the variables of the functions around a function that have a value."""
    cells = zip(code.co_freevars, getattr(function, "__closure__", None) or (), strict=True)
    found = {}
    for name, cell in cells:
        try:
            found[name] = cell.cell_contents
        except ValueError:  # deleted, or not set yet
            continue
    return found
