"""The steps that choose the columns of the records."""

from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy import inspect
from sqlalchemy.orm import DeclarativeBase, Mapper, QueryableAttribute

from ...exceptions._text import text_of
from ..statement._base import Query
from ..statement.loads._eager_load import EagerLoad
from ..statement.loads._relation_path import Path, steps, target

type ColumnPath = QueryableAttribute[Any] | Path


@dataclass(frozen=True, slots=True)
class Columns[T: DeclarativeBase](Query[T]):
    """The steps that choose the columns of the records."""

    def with_columns(self, *columns: ColumnPath) -> Self:
        """Load deferred columns in the SELECT of their records, not each by a query of its own.

        Args:
            columns: Columns of the model that are `deferred`, or that `without_columns` has left
                out, such as `Article.body`. Or those of related records, as a path that ends in
                the column: `(Article.author, Author.biography)`; the relationships of the path are
                eager loaded, as by `with_` unless another step says how.

        Raises:
            AttributeError: A model has no such column or relationship.
        """
        clauses = self.clauses
        for given in columns:
            (*before, last) = given if isinstance(given, tuple) and given else (given,)
            path = steps(self._mapper, tuple(before))
            column = _checked(target(path[-1]) if path else self._mapper, last)
            if path:
                load = EagerLoad(path, "selectinload", (column,))
                clauses = clauses._replace(loads=(*clauses.loads, load))
            else:
                clauses = clauses._replace(columns=(*clauses.columns, (column, True)))
        return self._with(clauses)

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
        clauses = self.clauses
        for column in columns:
            known = _checked(self._mapper, column).property
            if not {*self._mapper.primary_key}.isdisjoint(known.columns):
                raise ValueError(f"{column} belongs to the primary key, by which a record is known")
            clauses = clauses._replace(columns=(*clauses.columns, (column, False)))
        return self._with(clauses)


def _checked(mapper: Mapper[Any], column: object) -> QueryableAttribute[Any]:
    """Return a column of a model.

    Raises:
        AttributeError: It is none.
    """
    if (
        isinstance(column, QueryableAttribute)
        and column.key in mapper.column_attrs
        and mapper.isa(inspect(column.class_))
    ):
        return column
    raise AttributeError(f"{mapper.class_.__name__} has no column {text_of(column)}")
