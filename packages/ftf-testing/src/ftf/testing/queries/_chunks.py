"""Reads in chunks, each of which begins where the one before ended."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from ._executed_query import PARAMETER, ExecutedQuery

_PARAMETER = re.compile(PARAMETER)
# The SQL before a parameter that a chunk begins at, also in row values such as (a, b) > (?, ?);
# but neither <> nor an operator of JSON.
_IS_START = re.compile(
    rf"(?:(?<![<>@-])[<>]=?|\bOFFSET)\s*\(?\s*(?:(?:{PARAMETER})\s*,\s*)*$", re.IGNORECASE
)
_IS_LIMIT = re.compile(r"\b(?:LIMIT|FETCH\s+(?:FIRST|NEXT))\s*\(?\s*$", re.IGNORECASE)
_LITERAL_LIMIT = re.compile(r"\b(?:LIMIT|FETCH\s+(?:FIRST|NEXT))\s+(\d+)", re.IGNORECASE)


def are_chunks(queries: Sequence[ExecutedQuery]) -> bool:
    """Return whether each query reads the rows after those of the one before, and several.

    The only parameters that change are compared by < or > or are an offset, or have the value of
    such a one, as in `a > 1 OR a = 1 AND b > 2`. The first of them only grows, or only shrinks.
    """
    try:
        return _most_rows(queries[0]) > 1 and _begin_in_order(
            [list(_parameters(query)) for query in queries]
        )
    except (IndexError, KeyError, TypeError):  # parameters that are missing or cannot be compared
        return False


def _begin_in_order(found: Sequence[Sequence[tuple[str, Any]]]) -> bool:
    changing = [
        index
        for index, (_, first) in enumerate(found[0])
        if any(each[index][1] != first for each in found)
    ]
    begins = [index for index in changing if _IS_START.search(found[0][index][0])]
    if not begins:
        return False
    starts = [tuple(each[index][1] for index in begins) for each in found]
    others = [index for index in changing if index not in begins]
    follow = all(
        each[index][1] in start
        for each, start in zip(found, starts, strict=True)
        for index in others
    )
    return (
        follow and len(set(starts)) == len(starts) and _is_monotonic([each[0] for each in starts])
    )


def _is_monotonic(values: Sequence[Any]) -> bool:
    pairs = list(pairwise(values))
    return all(one <= other for one, other in pairs) or all(one >= other for one, other in pairs)


def _most_rows(query: ExecutedQuery) -> int:
    if literal := _LITERAL_LIMIT.search(query.statement):
        return int(literal[1])
    return next((value for before, value in _parameters(query) if _IS_LIMIT.search(before)), 0)


def _parameters(query: ExecutedQuery) -> Iterator[tuple[str, Any]]:
    """Return the parameters of a statement, each with the SQL before it."""
    for position, match in enumerate(_PARAMETER.finditer(query.statement)):
        yield query.statement[: match.start()], _value(query.sent, match[0], position)


def _value(sent: Any, parameter: str, position: int) -> Any:  # noqa: ANN401  # of the driver
    if isinstance(sent, Mapping):
        return sent[re.sub(r"^%\((\w+)\)s.*|^:(\w+)", r"\1\2", parameter)]
    if parameter.startswith("$"):
        return sent[int(parameter[1:].partition("::")[0]) - 1]
    return sent[position]
