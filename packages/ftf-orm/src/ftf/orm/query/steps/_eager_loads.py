"""The steps that eager load relationships."""

from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy.orm import DeclarativeBase, QueryableAttribute

from ..statement._base import Query
from ..statement.loads._eager_load import EagerLoad, Strategy
from ..statement.loads._pivots import refuse_other_join
from ..statement.loads._relation_path import RelationPath, check_relation, path_of


@dataclass(frozen=True, slots=True)
class Eager[T: DeclarativeBase](Query[T]):
    """The steps that eager load relationships."""

    def with_(self, *relations: RelationPath) -> Self:
        """Eager load relationships, with one more SELECT each.

        Args:
            relations: Relationships of the model, such as `Order.lines`; and of the models that
                those lead to, after them: `with_(Order.lines, Line.product)`. Or paths, such as
                `"lines.product"` or `(Order.lines, Line.product)`. Or a part:
                `Order.lines.and_(Line.open)`. A part replaces the relationship that was loaded
                before, after its changes are flushed; paths through the relationship follow the
                part. The records of a model with scopes are a part.

        Raises:
            AttributeError: Neither the model nor one that is led to has such a relationship.
            ValueError: Several relationships lead to the model of one.
        """
        return self._load("selectinload", relations)

    def with_joined(self, *relations: RelationPath) -> Self:
        """Eager load relationships in the same SELECT; best for one related record each.

        Args:
            relations: Relationships, as in `with_`.

        Raises:
            AttributeError: Neither the model nor one that is led to has such a relationship.
            ValueError: Several relationships lead to the model of one.
        """
        return self._load("joinedload", relations)

    def with_pivots(self, relation: QueryableAttribute[Any]) -> Self:
        """Eager load a many-to-many relationship with its association rows, in one more SELECT.

        Sets `genres_pivots` on each record: the further columns of the association table, by the
        primary key of the related record, such as `{1: {"rank": 2}}`.

        Args:
            relation: The relationship, such as `Book.genres`, or a part of it.

        Raises:
            AttributeError: The model has no such relationship.
            TypeError: It has no association table, or the join condition is more than equal columns
                and constants.
            ValueError: The model has an attribute of the name.
        """
        check_relation(self._mapper, relation)
        refuse_other_join(relation)
        name = f"{relation.key}_pivots"
        if hasattr(self.model, name):
            raise ValueError(f"{self.model.__name__} has a {name} already: rename that")
        return self._with(self.clauses._replace(pivots=(*self.clauses.pivots, relation)))

    def _load(self, strategy: Strategy, relations: tuple[RelationPath, ...]) -> Self:
        loads = self.clauses.loads
        for relation in relations:
            known = (load.path[: end + 1] for load in loads for end in range(len(load.path)))
            loads = (*loads, EagerLoad(path_of(self._mapper, relation, known), strategy))
        return self._with(self.clauses._replace(loads=loads))
