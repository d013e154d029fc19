"""Relationships, and paths of them, as callers pass them: checked, and as loader options."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy.orm import Load, Mapper, QueryableAttribute

from ._clauses import Lifted
from ._expressions import sources, tables_of
from ._scoped_relation import within_scopes

type RelationPath = QueryableAttribute[object] | str


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
    lifted: Lifted = (),
) -> Load:
    """Return the loader option of a relationship, or of each along a path, within scopes.

    A path that starts at a relationship of which a part is loaded starts at that part.

    Raises:
        AttributeError: A model on the way has no such relationship.
    """
    first, *further = steps(mapper, relation)
    starts = {part.key: part for part in parts}
    load = Load(mapper.class_)
    for step in (starts.get(first.key, first), *further):
        load = getattr(load, strategy)(within_scopes(step, lifted))
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
