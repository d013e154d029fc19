"""The relationships of a model, as factories use them."""

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any

from ._columns import FactoryError

if TYPE_CHECKING:
    from sqlalchemy.orm import Mapper, RelationshipProperty


def aliases(mapper: "Mapper[Any]", given: Collection[str]) -> set[str]:
    """Return the given attributes and those of the same relationship: `author` and `author_id`."""
    from sqlalchemy.orm import RelationshipDirection

    found: set[str] = set()
    for relation in mapper.relationships:
        if relation.direction is RelationshipDirection.MANYTOONE:
            keys = {mapper.get_property_by_column(each).key for each in relation.local_columns}
            group = {relation.key, *keys}
            if not group.isdisjoint(given):
                found |= group
    return found


def refuse_unwritten(mapper: "Mapper[Any]", names: Collection[str]) -> None:
    """Refuse viewonly relationships, which SQLAlchemy does not store.

    Raises:
        FactoryError: One of the names is that of a viewonly relationship.
    """
    for relation in mapper.relationships:
        if relation.viewonly and relation.key in names:
            raise FactoryError(
                f"{mapper.class_.__name__}.{relation.key} is viewonly, and its value would "
                "not be stored: use the relationship or the columns that are written."
            )


def relation_of(mapper: "Mapper[Any]", name: str) -> "RelationshipProperty[Any]":
    """Return a relationship of a model.

    Raises:
        FactoryError: There is none of that name, or it is viewonly.
    """
    refuse_unwritten(mapper, {name})
    if name not in mapper.relationships:
        known = ", ".join(sorted(mapper.relationships.keys())) or "none"
        model = mapper.class_.__name__
        raise FactoryError(f"{model} has no relation {name!r}; it has {known}.")
    return mapper.relationships[name]


def parent_of(relation: "RelationshipProperty[Any]") -> str | None:
    """Return the name of the relationship back from the related records, if it is to one record."""
    back: Any = relation.back_populates or relation.backref
    # backref is a name, or a tuple of the name and options.
    name: str | None = back[0] if isinstance(back, tuple) else back
    if name is None or (reverse := relation.mapper.relationships[name]).uselist or reverse.viewonly:
        return None
    return name


def attach(record: object, relation: "RelationshipProperty[Any]", others: Iterable[object]) -> None:
    """Assign records to a relationship of a record."""
    if not relation.uselist:
        for other in others:
            setattr(record, relation.key, other)
        return
    collection = getattr(record, relation.key)
    add = getattr(collection, "append", None) or collection.add
    for other in others:
        add(other)
