"""The step that leaves columns out of the records."""

from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy import inspect
from sqlalchemy.orm import DeclarativeBase, QueryableAttribute

from ..statement._base import Query


@dataclass(frozen=True, slots=True)
class LeftOut[T: DeclarativeBase](Query[T]):
    """The step that leaves columns out of the records."""

    def without_columns(self, *columns: QueryableAttribute[Any]) -> Self:
        """Leave columns out of the records, such as the text of articles in a list.

        Reading one that is not loaded raises `ColumnNotLoaded`. A record that is in the session
        already keeps its values.

        Args:
            columns: Columns of the model, without its primary key.

        Raises:
            AttributeError: The model has no such column.
            ValueError: A column belongs to the primary key.
        """
        for column in columns:
            self._check_left_out(column)
        return self._with(self.clauses._replace(left_out=(*self.clauses.left_out, *columns)))

    def _check_left_out(self, column: QueryableAttribute[Any]) -> None:
        name = self.model.__name__
        known = self._mapper.column_attrs.get(column.key)
        if known is None or not self._mapper.isa(inspect(column.class_)):
            raise AttributeError(f"{name} has no column {column}")
        if not set(self._mapper.primary_key).isdisjoint(known.columns):
            raise ValueError(f"{column} belongs to the primary key, by which a record is known")
