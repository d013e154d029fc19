"""`Join`: a relationship that a query joins."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import FromClause, Subquery
from sqlalchemy.orm import QueryableAttribute

from ._expressions import tables_of
from ._uniqueness import are_unique


@dataclass(frozen=True, slots=True)
class Join:
    """A relationship that a query joins.

    Args:
        relation: The relationship.
        outer: Whether it is a LEFT JOIN, which keeps records without related ones.
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
        """Return the join of a relationship of the model, or of one joined before."""
        target = relation._of_type or relation.property.entity  # noqa: SLF001  # has no public name
        starts = set(tables_of(relation.parent))
        multiplies = (
            isinstance(target.selectable, Subquery)  # which can have a record more than once
            or not _leads_to_one(relation)
            or any(join.multiplies and starts.intersection(join.sources) for join in before)
        )
        return cls(relation, outer, multiplies, tables_of(target))


def _leads_to_one(relation: QueryableAttribute[Any]) -> bool:
    """Return whether unique columns allow one related record at most.

    `uselist=False` is about loading, as in "the latest of many", and not about rows of a join.
    """
    prop = relation.property
    if prop.uselist or prop.secondary is not None:
        return False
    pairs = {column for pair in prop.synchronize_pairs for column in pair}
    remote = {base for column in pairs & prop.remote_side for base in column.base_columns}
    return any(are_unique(remote, table) for table in prop.mapper.tables)
