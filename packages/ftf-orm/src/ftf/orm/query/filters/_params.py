"""Parameters as callers pass them, by name."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

from ..steps._filtering import Params
from ._text_values import Refused

type Grouped = dict[str, list[str]]


def grouped(params: Params, longest: int) -> Grouped:
    """Return the values of parameters by name, both in the order in which they came.

    Args:
        params: A query string, names with their values, or pairs of them.
        longest: The number of characters that they may have together.

    Raises:
        Refused: They are longer.
        TypeError: A name or a value is not a text.
    """
    if isinstance(params, str):
        _refuse_long(len(params), longest)
        # The half characters of what is not UTF-8 are refused where a value is read.
        params = parse_qsl(params, keep_blank_values=True, errors="surrogateescape")
    found: Grouped = {}
    length = 0
    for name, value in _pairs(params):
        if not (isinstance(name, str) and isinstance(value, str)):
            raise TypeError(f"params are texts by name, not {value!r} by {name!r}")
        length += len(name) + len(value)
        found.setdefault(name, []).append(value)
    _refuse_long(length, longest)
    return found


def _pairs(params: Any) -> Iterable[tuple[object, object]]:  # noqa: ANN401  # any kind of `Params` but a text
    if hasattr(params, "multi_items"):
        params = params.multi_items()
    if isinstance(params, Mapping):
        return ((name, each) for name, value in params.items() for each in _several(value))
    pairs: Iterable[tuple[object, object]] = params
    return pairs


def _several(value: object) -> Sequence[object]:
    return value if isinstance(value, list | tuple) else [value]


def _refuse_long(length: int, longest: int) -> None:
    if length > longest:
        detail = f"must have at most {longest} characters in all"
        raise Refused("too_long", detail, {"max_length": longest})
