"""`Loads`: what an answer loads along with records, of those that its user may see."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy.orm import ColumnProperty, QueryableAttribute

from ftf.orm import QueryBuilder

from ._shape import Model, Path, Related, Shape

type Tree = dict[str, Tree]  # the names of includes, with those behind them
type Seen = Mapping[Model, QueryBuilder[Any]]


@dataclass(frozen=True, slots=True)
class Loads:
    """The eager loads and deferred columns that an answer needs.

    Args:
        shape: What is shown.
        tree: The includes.
        seen: Queries for the records of related models that the user may see. Of a model without
            one, all are seen.
    """

    shape: Shape
    tree: Tree
    seen: Seen

    @property
    def related(self) -> Iterator[tuple[str, Related]]:
        """The related records that are shown, by the name of their field."""
        for name, related in self.shape.related.items():
            if not related.is_optional or name in self.tree:
                yield name, related

    @property
    def models(self) -> frozenset[Model]:
        """The models of the related records that are shown or counted."""
        known = self.shape.unnarrowed
        counted = (each.model for name, each in self.shape.counts.items() if name not in known)
        shown = (each.model for name, each in self.related if name not in known)
        behind = (self.behind(name).models for name, _ in self.related)
        return frozenset({*counted, *shown}.union(*behind))

    def behind(self, name: str) -> "Loads":
        """Return the eager loads that related records need."""
        return Loads(self.shape.related[name].shape, self.tree.get(name, {}), self.seen)

    def part(self, name: str, relation: QueryableAttribute[Any]) -> QueryableAttribute[Any]:
        """Return the part of a relationship that the user may see, for a field."""
        found = self.seen.get(relation.property.mapper.class_)
        if found is None or name in self.shape.unnarrowed:
            return relation
        # SQLAlchemy types `Post.comments.and_(...)` as a bool.
        return cast("QueryableAttribute[Any]", relation.and_(found.finds()))

    def on[Q: QueryBuilder[Any]](
        self, query: Q, prefix: Path = (), *, without: Collection[str] = ()
    ) -> Q:
        """Return a query with the eager loads and deferred columns, at a path.

        Args:
            query: The query.
            prefix: The relationships that lead to the records of the shape.
            without: The names of fields that are not loaded.
        """
        for name, related in self.related:
            if name not in without:
                path = (*prefix, self.part(name, related.attribute))
                query = self.behind(name).on(query.with_(path), path)
        for name, column in self.shape.deferred.items():
            if name not in without:
                query = query.with_columns((*prefix, column))
        for needed in self.shape.needs:
            is_column = isinstance(needed[-1].property, ColumnProperty)
            step = query.with_columns if is_column else query.with_
            query = step((*prefix, *needed))
        return query
