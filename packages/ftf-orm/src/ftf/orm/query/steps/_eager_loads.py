"""The steps that eager load relationships."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy.orm import (
    DeclarativeBase,
    Load,
    Mapper,
    QueryableAttribute,
)

from ..statement._base import Query
from ..statement._expressions import sources, tables_of

type RelationPath = QueryableAttribute[object] | str


@dataclass(frozen=True, slots=True)
class Eager[T: DeclarativeBase](Query[T]):
    """The steps that eager load relationships."""

    def with_(self, *relations: RelationPath) -> Self:
        """Eager load relationships, with one more SELECT each.

        Args:
            relations: Relationships such as `User.posts`, dotted paths such as
                `"posts.comments"`, or a part: `User.posts.and_(Post.published)`. A part replaces
                the relationship that was loaded before, after its changes are flushed; paths
                through the relationship follow the part.

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
        parts = (
            *clauses.parts,
            *(
                relation
                for relation in relations
                if isinstance(relation, QueryableAttribute) and relation._extra_criteria  # noqa: SLF001  # what and_() added
            ),
        )
        loads = (option(self._mapper, relation, strategy, parts) for relation in relations)
        return self._with(clauses._replace(options=(*clauses.options, *loads), parts=parts))


def check_relation[M](mapper: Mapper[M], relation: object) -> None:
    """Raise if an argument is not a relationship of a model.

    Raises:
        AttributeError: The model has no such relationship.
        TypeError: It is not an attribute of a model.
        ValueError: A condition in its `and_()` uses another table.
    """
    if not isinstance(relation, QueryableAttribute):
        model = mapper.class_.__name__
        raise TypeError(f"{relation!r} is not a relationship: use an attribute, {model}.something")
    if relation.key not in mapper.relationships or not mapper.isa(relation.parent.mapper):
        raise _no_relationship(mapper, str(relation))
    _refuse_foreign_part(relation)


def steps[M](mapper: Mapper[M], relation: RelationPath) -> list[QueryableAttribute[object]]:
    """Return the relationships along a path.

    Raises:
        AttributeError: A model on the way has no such relationship.
    """
    if not isinstance(relation, str):
        check_relation(mapper, relation)
        return [relation]
    found = []
    for name in relation.split("."):
        if name not in mapper.relationships:
            raise _no_relationship(mapper, name)
        found.append(getattr(mapper.class_, name))
        mapper = mapper.relationships[name].mapper
    return found


def option[M](
    mapper: Mapper[M],
    relation: RelationPath,
    strategy: str,
    parts: Iterable[QueryableAttribute[object]] = (),
) -> Load:
    """Return the loader option of a relationship, or of each along a path.

    A path that starts at a relationship of which a part is loaded starts at that part.

    Raises:
        AttributeError: A model on the way has no such relationship.
    """
    first, *further = steps(mapper, relation)
    starts = {part.key: part for part in parts}
    load = Load(mapper.class_)
    for step in (starts.get(first.key, first), *further):
        load = getattr(load, strategy)(step)
    return load


def _refuse_foreign_part(relation: QueryableAttribute[Any]) -> None:
    target = relation._of_type or relation.property.entity  # noqa: SLF001  # has no public name
    known = {*tables_of(relation.parent), *tables_of(target), relation.property.secondary}
    for criterion in relation._extra_criteria:  # noqa: SLF001  # what and_() added
        if unknown := [source for source in sources(criterion) if source not in known]:
            raise ValueError(
                f"{relation} leads to {target}: {criterion} in its and_() uses {unknown[0]}"
            )


def _no_relationship[M](mapper: Mapper[M], name: str) -> AttributeError:
    known = ", ".join(mapper.relationships.keys()) or "none"
    return AttributeError(f"{mapper.class_.__name__} has no relationship {name}; it has {known}")
