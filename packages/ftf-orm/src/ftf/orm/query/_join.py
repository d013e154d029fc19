"""A model joined to a query."""

from dataclasses import dataclass

from sqlalchemy import FromClause, inspect
from sqlalchemy.orm import QueryableAttribute


@dataclass(frozen=True, slots=True)
class Join:
    """A relationship that a query follows.

    Args:
        relation: The relationship.
        outer: Whether records without any related one stay.
        multiplies: Whether a record can have several related ones.
        sources: The tables it adds to the query.
    """

    relation: QueryableAttribute[object]
    outer: bool
    multiplies: bool
    sources: tuple[FromClause, ...]

    @classmethod
    def along(
        cls, relation: QueryableAttribute[object], before: tuple["Join", ...], *, outer: bool
    ) -> "Join":
        """Follow a relationship of the model or of one that was joined before."""
        target = relation.property.entity
        alias = getattr(relation, "_of_type", None)
        found = (inspect(alias).selectable,) if alias is not None else tuple(target.mapper.tables)
        starts = set(relation.parent.mapper.tables)
        several = any(join.multiplies and starts.intersection(join.sources) for join in before)
        return cls(relation, outer, bool(relation.property.uselist) or several, found)
