"""Steps of filters: conditions about the model, about related records, and of functions."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import ColumnElement
from sqlalchemy.orm import DeclarativeBase

from .._builder import QueryBuilder
from ._filter import Path

type Seen = Mapping[type[DeclarativeBase], QueryBuilder[Any]]
"""What may be seen of the records of models: other records are not asked about."""
type Step[M: DeclarativeBase] = Callable[[Seen, QueryBuilder[M]], QueryBuilder[M]]

ALL_SEEN: Final[Seen] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Along:
    """A step that keeps records with a related one that meets a condition.

    Args:
        via: The relationships that lead to the related record.
        condition: The condition.
    """

    via: Path
    condition: ColumnElement[bool]

    @property
    def models(self) -> Iterable[type[DeclarativeBase]]:
        """Return the models that the relationships lead to."""
        return (relation.property.mapper.class_ for relation in self.via)

    def __call__(self, seen: Seen, query: QueryBuilder[Any]) -> QueryBuilder[Any]:
        """Return a query with the condition."""
        first, *further = self.via

        def narrow(related: QueryBuilder[Any]) -> QueryBuilder[Any]:
            if further:
                return Along(tuple(further), self.condition)(seen, related)
            # Without the checks of `where`: the column was checked when it was declared.
            return related._with(related.clauses.and_(self.condition))  # noqa: SLF001  # of this package

        relation: Any = first
        found = seen.get(relation.property.mapper.class_)
        part = relation if found is None else relation.and_(found.finds())
        return query.where_has(part, narrow)
