"""Mapped classes."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy.orm import Mapper


def mapper_of(model: type) -> "Mapper[Any]":
    """Return the mapper of a class.

    Raises:
        TypeError: The class is not mapped.
    """
    from sqlalchemy import inspect
    from sqlalchemy.orm import Mapper  # heavy

    mapper: object = inspect(model, raiseerr=False)
    if not isinstance(mapper, Mapper):
        raise TypeError(f"{model!r} is not a mapped class")
    return mapper
