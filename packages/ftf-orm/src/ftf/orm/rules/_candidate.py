"""`Candidate`: a value that a rule is asked about."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import SQLColumnExpression
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from ..exceptions import Fault, InvalidValue
from ..exceptions._text import text_of
from ..query import can_have, element

type Column = SQLColumnExpression[Any]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A value that a rule is asked about.

    Args:
        pointer: Where it is, as a JSON pointer.
        values: The value for each column of the rule.
        identity: The primary key of the record that has it or will have it, if that is stored.
    """

    pointer: str
    values: tuple[object, ...]
    identity: tuple[object, ...] = ()


def can_be(candidate: Candidate, columns: tuple[Column, ...], session: AsyncSession) -> bool:
    """Return whether columns can hold a candidate's values, in their type and in the database."""
    dialect = session.get_bind().dialect
    try:
        return all(
            can_have(element(column), dialect)(value)
            for column, value in zip(columns, candidate.values, strict=True)
        )
    except InvalidValue:
        return False


def refuse_other(column: object, rule: str) -> type:
    """Return the model of a rule's column.

    Raises:
        TypeError: It is not an attribute of a model.
    """
    if not isinstance(column, InstrumentedAttribute):
        shown = text_of(column)
        raise TypeError(f"{rule} takes a column of a model, such as User.email, not {shown}")
    found: type = column.parent.class_
    return found


def impossible(candidate: Candidate) -> Fault:
    """Return the fault of a value that no column holds."""
    return Fault(candidate.pointer, "not_storable", "is not a value that can be stored")
