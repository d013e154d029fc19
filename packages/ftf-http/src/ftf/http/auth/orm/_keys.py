"""Keys of users as text, and the columns that refer to them."""

from collections.abc import Callable
from typing import cast

from sqlalchemy import Column, ColumnElement, false

from ..exceptions import InvalidAuthError


def key_of(column: Column[object], subject: str) -> object | None:
    """Return the value of a key column that a text is the canonical spelling of, or `None`."""
    parse = cast("Callable[[str], object]", column.type.python_type)
    try:
        key = parse(subject)
    except ValueError:
        return None
    return key if str(key) == subject else None


def has_key(column: Column[object], subject: str) -> ColumnElement[bool]:
    """Return the condition that a column has the value that a text is the spelling of."""
    key = key_of(column, subject)
    return false() if key is None else column == key  # not IS NULL


def user_column(model: type) -> Column[object]:
    """Return the column of a model that refers to the user.

    Raises:
        InvalidAuthError: It has none.
    """
    columns = getattr(model, "__table__").c  # noqa: B009  # of any mapped class
    if "user_id" not in columns:
        remedy = "Add it, with a foreign key: see LoginSessionColumns."
        raise InvalidAuthError(f"The model {model.__name__}", "has no user_id", remedy)
    return cast("Column[object]", columns["user_id"])
