"""The steps that eager load relationships."""

from dataclasses import dataclass
from typing import Self

from sqlalchemy.orm import DeclarativeBase

from ..statement._base import Query
from ..statement._relation_path import RelationPath, option, steps
from ..statement._scoped_relation import is_partial


@dataclass(frozen=True, slots=True)
class Eager[T: DeclarativeBase](Query[T]):
    """The steps that eager load relationships."""

    def with_(self, *relations: RelationPath) -> Self:
        """Eager load relationships, with one more SELECT each.

        Args:
            relations: Relationships such as `User.posts`, dotted paths such as
                `"posts.comments"`, or a part: `User.posts.and_(Post.published)`. A part replaces
                the relationship that was loaded before, after its changes are flushed; paths
                through the relationship follow the part. The records of a model with scopes are
                a part.

        Raises:
            AttributeError: The model has no such relationship.
        """
        return self._load("selectinload", relations)

    def with_joined(self, *relations: RelationPath) -> Self:
        """Eager load relationships in the same SELECT; best for one related record each.

        Raises:
            AttributeError: The model has no such relationship.
        """
        return self._load("joinedload", relations)

    def _load(self, strategy: str, relations: tuple[RelationPath, ...]) -> Self:
        clauses = self.clauses
        parts = clauses.parts
        for relation in relations:
            first, *_ = steps(self._mapper, relation)
            is_known = isinstance(relation, str) and any(part.key == first.key for part in parts)
            if is_partial(first) and not is_known:
                parts = (*parts, first)
        loads = (
            option(self._mapper, relation, strategy, parts, clauses.lifted)
            for relation in relations
        )
        return self._with(clauses._replace(options=(*clauses.options, *loads), parts=parts))
