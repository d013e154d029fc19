"""The relationships of filters and includes, checked where they are declared.

A filter set is declared where modules are imported, and there are models then whose relationships
name models that come later. SQLAlchemy configures all mappers or fails for good, so nothing here
does that before the first use; what a relationship leads to is read from its declaration as far as
it can be, and `None` is for what is not known yet.
"""

from typing import Any

from sqlalchemy.orm import DeclarativeBase, Mapper, QueryableAttribute, RelationshipProperty

from ..statement._expressions import sources
from ._filter import Filter, Include, Path


def is_connected(model: type[DeclarativeBase], declared: Filter) -> bool | None:
    """Return True for a filter whose relationships lead from a model to its column.

    Raises:
        ValueError: They lead to another model, or one is not a relationship of the model before it.
    """
    end = _end(model, declared.via)
    if end is None:
        return None
    if not {*sources(declared.column)} <= {*end.__mapper__.tables}:
        ways = ", ".join(map(str, declared.via))
        raise ValueError(f"via=({ways},) leads to {end.__name__}, unlike {declared.column}")
    return True


def is_limited(model: type[DeclarativeBase], include: Include) -> bool | None:
    """Return True for an include that is a path of a model, with a limit where it needs one.

    Raises:
        ValueError: It is not, or leads to many records without a limit, or to one with a limit.
    """
    end = _end(model, include.path)
    many = [_leads_to_many(step) for step in include.path]
    if any(many[1:]):
        raise ValueError(f"{include}: only its first relationship may lead to many records")
    if many[0] and include.limit is None:
        raise ValueError(f"{include} leads to many records: it needs a limit=")
    if include.limit is not None and (many[0] is False or include.limit < 1):
        raise ValueError(f"{include}: limit= is for many records, and at least 1")
    return None if end is None or None in many else True


def _end(model: type[DeclarativeBase], path: Path) -> type[DeclarativeBase] | None:
    """Return the model that a path leads to, or None if that is not known yet."""
    at: type[DeclarativeBase] | None = model
    for step in path:
        if not isinstance(_property(step), RelationshipProperty):
            raise ValueError(f"{step} is not a relationship: use one, {model.__name__}.something")  # noqa: TRY004  # a wrong attribute
        if at is None:
            return None
        if not at.__mapper__.isa(step.parent.mapper):
            raise ValueError(f"{step} is not a relationship of {at.__name__}")
        at = _target(step)
    return at


def _property(step: object) -> object:
    if not isinstance(step, QueryableAttribute):
        return None
    found: object = step.parent.mapper.get_property(step.key)
    return found


def _target(step: QueryableAttribute[Any]) -> type[DeclarativeBase] | None:
    mapper: Mapper[Any] = step.parent.mapper
    declared: Any = mapper.get_property(step.key)
    argument = declared.argument
    if not isinstance(argument, type):
        mappers = mapper.registry.mappers
        named = [known.class_ for known in mappers if known.class_.__name__ == argument]
        argument = named[0] if len(named) == 1 else None
    if argument is None and mapper.configured:
        argument = declared.mapper.class_
    found: type[DeclarativeBase] | None = argument
    return found


def _leads_to_many(step: QueryableAttribute[Any]) -> bool | None:
    declared: Any = step.parent.mapper.get_property(step.key)
    found: bool | None = declared.uselist
    return True if found is None and declared.collection_class is not None else found
