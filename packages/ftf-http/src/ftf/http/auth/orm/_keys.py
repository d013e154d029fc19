"""Keys of users as text: a user has one spelling."""

from collections.abc import Callable
from typing import cast

from sqlalchemy import Column


def key_of(column: Column[object], subject: str) -> object | None:
    """Return the value of a key column that a text is the canonical spelling of, or `None`."""
    parse = cast("Callable[[str], object]", column.type.python_type)
    try:
        key = parse(subject)
    except ValueError:
        return None
    return key if str(key) == subject else None
