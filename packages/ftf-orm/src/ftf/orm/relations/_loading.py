"""Eager loads for records that are in the session already."""

from collections.abc import Iterable, Sequence
from typing import Any, cast

from sqlalchemy import inspect
from sqlalchemy.orm import DeclarativeBase, QueryableAttribute

from ..query import NO_CLAUSES, QueryBuilder, RelationPath, is_among, key_of, related, steps


async def load[T: DeclarativeBase, R: DeclarativeBase](
    query: QueryBuilder[R], records: Sequence[T], relation: RelationPath, *, again: bool
) -> None:
    """Load a relationship of records, or each of a path, with one SELECT each.

    Args:
        query: A query in the session of the records; related records of its model that it leaves
            out are not loaded.
        records: Records of one model and its subclasses.
        relation: The relationship or path.
        again: Whether to replace relationships that are loaded already.

    Raises:
        AttributeError: The model has no such relationship.
    """
    found: Sequence[DeclarativeBase] = records
    for step in steps(inspect(type(records[0])), relation) if records else []:
        wanted = [record for record in found if again or step.key in inspect(record).unloaded]
        # Subclasses may have different relationships of one name; an attribute is one of them.
        parts = _by_owner(wanted, step.key) if isinstance(relation, str) else {step: wanted}
        for attribute, part in parts.items():
            owners = QueryBuilder(query.session, attribute.parent.mapper.class_)
            found_by = _within(query, attribute)
            await owners._load_relation(part, found_by, again=again)  # noqa: SLF001  # shared with `with_`
        found = list(dict.fromkeys(related(found, step.key)))
        if not found:
            return


def _within[R: DeclarativeBase](
    query: QueryBuilder[R], relation: QueryableAttribute[Any]
) -> QueryableAttribute[Any]:
    """Return a relationship with the condition that a query finds its records, if that can differ.

    The scopes of models hold in every load, and are not repeated.
    """
    target = relation.property.entity
    narrows = query.clauses._replace(model_scopes=()) != NO_CLAUSES
    if not (narrows and issubclass(target.mapper.class_, query.model)):
        return relation
    found = is_among(key_of(target), query._keys())  # noqa: SLF001  # what a condition needs
    # SQLAlchemy types `User.posts.and_(...)` as a bool.
    return cast("QueryableAttribute[Any]", relation.and_(found))


def _by_owner(
    records: Iterable[DeclarativeBase], name: str
) -> dict[QueryableAttribute[object], list[DeclarativeBase]]:
    """Return records by the model that declares a relationship, their own or a base of it."""
    found: dict[QueryableAttribute[object], list[DeclarativeBase]] = {}
    for record in records:
        (attribute,) = steps(inspect(record).mapper, name)
        owner = attribute.property.parent.class_
        found.setdefault(getattr(owner, name), []).append(record)
    return found
