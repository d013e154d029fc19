"""`Draft`: what is read of the parameters of one request, good and bad."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression

from ...exceptions import Fault, pointer_to
from ._filter import Include
from ._steps import Step
from ._text_values import Refused

MOST_FAULTS = 20  # each with what is allowed, so an answer is not much longer than a request


@dataclass(slots=True)
class Draft:
    """What is read of the parameters of one request, good and bad.

    Args:
        filters: The values of filters, by parameter.
        conditions: The conditions about the model itself.
        steps: The steps of filters that are more than a condition.
        order: The order, or None if none is asked for.
        sorts: The names of the order.
        includes: The includes.
        words: The words of the search.
        page: The number of the page.
        per_page: The size of a page.
        cursor: The cursor of the page.
        cost: What all of it costs.
        faults: What is wrong.
    """

    per_page: int
    order: tuple[SQLColumnExpression[object], ...] | None = None
    sorts: tuple[str, ...] = ()
    filters: dict[str, object] = field(default_factory=dict)
    conditions: list[ColumnElement[bool]] = field(default_factory=list)
    steps: list[Step[Any]] = field(default_factory=list)
    includes: tuple[Include, ...] = ()
    words: tuple[str, ...] = ()
    page: int = 1
    cursor: str | None = None
    cost: int = 0
    faults: list[Fault] = field(default_factory=list)

    def refuse(self, refused: Refused, *where: str | int) -> None:
        """Note a fault at a parameter, or at one of its values; not more than 20."""
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(
                Fault(
                    pointer_to(*where),
                    refused.code,
                    refused.detail,
                    refused.params,
                    refused.allowed,
                )
            )


def only(texts: Sequence[str]) -> str:
    """Return the value of a parameter that takes one.

    Raises:
        Refused: There are several.
    """
    if len(texts) > 1:
        raise Refused("repeated", "must be there once")
    return texts[0]


def names_in(text: str, most: int) -> list[str]:
    """Return the names in a text with commas.

    Raises:
        Refused: There are too many, one comes twice, or one is empty.
    """
    names = text.split(",")
    if len(names) > most:
        raise too_many("names", most)
    if "" in names:
        raise Refused("empty", "must be names, with commas between them")
    if len({name.removeprefix("-") for name in names}) < len(names):
        raise Refused("repeated", "must have each name once")
    return names


def too_many(things: str, most: int) -> Refused:
    """Return the refusal of more things than are allowed."""
    return Refused("too_many", f"must have at most {most} {things}", {"maximum": most})
