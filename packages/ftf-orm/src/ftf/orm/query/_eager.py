"""Eager loads: the relationships a query brings along."""

from sqlalchemy import inspect
from sqlalchemy.orm import DeclarativeBase, Load, Mapper, QueryableAttribute, selectinload
from sqlalchemy.sql.base import ExecutableOption

type Relation = QueryableAttribute[object] | str


def eager_load(model: type[DeclarativeBase], relation: Relation) -> ExecutableOption:
    """Load a relationship in one more query, however many records there are.

    Args:
        model: The model that is queried.
        relation: A relationship of it, or a dotted path such as `"posts.comments"`.

    Raises:
        AttributeError: The model has no such relationship.
    """
    mapper = inspect(model)
    if isinstance(relation, str):
        return _along(mapper, relation.split("."))
    if relation.key not in mapper.relationships or not mapper.isa(relation.parent.mapper):
        raise _no_relationship(mapper, str(relation))
    return selectinload(relation)


def _along(mapper: Mapper[DeclarativeBase], path: list[str]) -> ExecutableOption:
    load = Load(mapper.class_)
    for name in path:
        if name not in mapper.relationships:
            raise _no_relationship(mapper, name)
        load = load.selectinload(getattr(mapper.class_, name))
        mapper = mapper.relationships[name].mapper
    return load


def _no_relationship(mapper: Mapper[DeclarativeBase], name: str) -> AttributeError:
    known = ", ".join(mapper.relationships.keys()) or "none"
    return AttributeError(f"{mapper.class_.__name__} has no relationship {name}; it has {known}")
