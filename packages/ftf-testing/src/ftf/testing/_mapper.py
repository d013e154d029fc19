"""Mapped classes."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy.orm import Mapper


def mapper_of(model: type) -> "Mapper[Any]":
    """Tell how a class is mapped.

    Raises:
        TypeError: It is not.
    """
    from sqlalchemy import inspect
    from sqlalchemy.orm import Mapper  # heavy

    mapper: object = inspect(model, raiseerr=False)
    if not isinstance(mapper, Mapper):
        raise TypeError(f"{model!r} is no mapped class")
    return mapper
