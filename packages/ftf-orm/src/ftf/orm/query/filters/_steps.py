"""Steps of filters: conditions about the model, about related records, and of functions."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import DeclarativeBase

from .._builder import QueryBuilder
from ._filter import Path

type Step[M: DeclarativeBase] = Callable[[QueryBuilder[M]], QueryBuilder[M]]


def along(via: Path, condition: ColumnElement[bool]) -> Step[Any]:
    """Return the step that keeps records with a related one that meets a condition."""
    first, *further = via

    def narrow(query: QueryBuilder[Any]) -> QueryBuilder[Any]:
        if further:
            return along(tuple(further), condition)(query)
        # Without the checks of `where`: the column was checked when it was declared.
        return query._with(query.clauses.and_(condition))  # noqa: SLF001  # of this package

    relation: Any = first
    return lambda query: query.where_has(relation, narrow)
