"""Relationships, and paths of them, as callers pass them: checked, and followed."""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy.orm import DeclarativeBase, Mapper, QueryableAttribute
from sqlalchemy.orm.collections import collection_adapter

from ....exceptions._text import text_of
from .._expressions import sources, tables_of

type Path = tuple[QueryableAttribute[object], ...]
type RelationPath = QueryableAttribute[object] | str | Path


def check_relation[M](mapper: Mapper[M], relation: object) -> None:
    """Raise if an argument is not a relationship of a model.

    Raises:
        AttributeError: The model has no such relationship.
        TypeError: It is not an attribute of a model.
        ValueError: A condition in its `and_()` uses another table.
    """
    if not isinstance(relation, QueryableAttribute):
        model = mapper.class_.__name__
        shown = text_of(relation)
        raise TypeError(f"{shown} is not a relationship: use an attribute, {model}.something")
    if not _has(mapper, relation):
        raise _no_relationship(mapper, str(relation))
    _refuse_foreign_part(relation)


def steps[M](mapper: Mapper[M], relation: RelationPath) -> Path:
    """Return the relationships along a path.

    Raises:
        AttributeError: A model on the way has no such relationship.
    """
    found = []
    path = relation.split(".") if isinstance(relation, str) else relation
    for step in path if isinstance(path, list | tuple) else (path,):
        attribute = _named(mapper, step) if isinstance(step, str) else step
        check_relation(mapper, attribute)
        found.append(attribute)
        mapper = target(attribute)
    return tuple(found)


def path_of[M](mapper: Mapper[M], relation: RelationPath, known: Iterable[Path]) -> Path:
    """Return the path to a relationship of the model, or of one that a known path leads to.

    Raises:
        AttributeError: Neither has such a relationship.
        ValueError: Several paths lead to its model.
    """
    if not isinstance(relation, QueryableAttribute) or _has(mapper, relation):
        return steps(mapper, relation)
    parent = relation.parent.mapper
    if relation.key not in parent.relationships:
        raise _no_relationship(mapper, str(relation))
    starts = {_names(path): path for path in known if target(path[-1]).isa(parent)}
    if not starts:
        error = _no_relationship(mapper, str(relation))
        error.add_note(f"name the relationship that leads to {parent.class_.__name__} before it")
        raise error
    if len(starts) > 1:
        first, *_ = names = [".".join(keys) for keys in starts]
        raise ValueError(
            f"{relation} can follow {' or '.join(names)}: write which, as in "
            f'"{first}.{relation.key}", or as a tuple of attributes that ends in {relation}'
        )
    (start,) = starts.values()
    return steps(mapper, (*start, relation))


def target(relation: QueryableAttribute[Any]) -> Mapper[Any]:
    """Return the mapper of what a relationship leads to."""
    found: Mapper[Any] = (relation._of_type or relation.property).mapper  # noqa: SLF001  # has no public name
    return found


def is_part(relation: QueryableAttribute[Any]) -> bool:
    """Return whether a relationship has a condition, as in `User.posts.and_(...)`."""
    return bool(relation._extra_criteria)  # noqa: SLF001  # what and_() added


def related(records: Iterable[DeclarativeBase], name: str) -> Iterator[DeclarativeBase]:
    """Yield the records of a loaded relationship of records, each as often as it is related."""
    for record in records:
        value = getattr(record, name)
        if value is not None:
            one = isinstance(value, DeclarativeBase)
            yield from [value] if one else collection_adapter(value)


def _named[M](mapper: Mapper[M], name: str) -> QueryableAttribute[object]:
    if name not in mapper.relationships:
        raise _no_relationship(mapper, name)
    found: QueryableAttribute[object] = getattr(mapper.class_, name)
    return found


def _has[M](mapper: Mapper[M], relation: QueryableAttribute[Any]) -> bool:
    return relation.key in mapper.relationships and mapper.isa(relation.parent.mapper)


def _names(path: Path) -> tuple[str, ...]:
    return tuple(step.key for step in path)


def _refuse_foreign_part(relation: QueryableAttribute[Any]) -> None:
    leads_to = relation._of_type or relation.property.entity  # noqa: SLF001  # has no public name
    known = {*tables_of(relation.parent), *tables_of(leads_to), relation.property.secondary}
    for criterion in relation._extra_criteria:  # noqa: SLF001  # what and_() added
        if unknown := [source for source in sources(criterion) if source not in known]:
            raise ValueError(
                f"{relation} leads to {leads_to}: {criterion} in its and_() uses {unknown[0]}"
            )


def _no_relationship[M](mapper: Mapper[M], name: str) -> AttributeError:
    known = ", ".join(mapper.relationships.keys()) or "none"
    return AttributeError(f"{mapper.class_.__name__} has no relationship {name}; it has {known}")
