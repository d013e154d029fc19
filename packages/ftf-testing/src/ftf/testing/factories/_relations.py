"""How records refer to each other."""

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any

from ._columns import FactoryError

if TYPE_CHECKING:
    from sqlalchemy.orm import Mapper, RelationshipProperty


def aliases(mapper: "Mapper[Any]", given: Collection[str]) -> set[str]:
    """Name the attributes that say the same as given ones: `author` and `author_id`."""
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
    """Refuse relations that SQLAlchemy only reads: what is put into them is not stored.

    Raises:
        FactoryError: One of the names is that of such a relation.
    """
    for relation in mapper.relationships:
        if relation.viewonly and relation.key in names:
            raise FactoryError(
                f"{mapper.class_.__name__}.{relation.key} is viewonly, so what is put into it is "
                "not stored: use the relationship or the columns that are written."
            )


def relation_of(mapper: "Mapper[Any]", name: str) -> "RelationshipProperty[Any]":
    """Find a relation of a model.

    Raises:
        FactoryError: It has none of that name, or it is viewonly.
    """
    refuse_unwritten(mapper, {name})
    if name not in mapper.relationships:
        known = ", ".join(sorted(mapper.relationships.keys())) or "none"
        model = mapper.class_.__name__
        raise FactoryError(f"{model} has no relation {name!r}, but {known}.")
    return mapper.relationships[name]


def parent_of(relation: "RelationshipProperty[Any]") -> str | None:
    """Name the attribute by which the records of a relation refer back, if it is a single one."""
    back: Any = relation.back_populates or relation.backref
    name: str | None = back[0] if isinstance(back, tuple) else back
    if name is None or (reverse := relation.mapper.relationships[name]).uselist or reverse.viewonly:
        return None
    return name


def attach(record: object, relation: "RelationshipProperty[Any]", others: Iterable[object]) -> None:
    """Put records into a relation of another one."""
    if not relation.uselist:
        for other in others:
            setattr(record, relation.key, other)
        return
    collection = getattr(record, relation.key)
    add = getattr(collection, "append", None) or collection.add
    for other in others:
        add(other)
