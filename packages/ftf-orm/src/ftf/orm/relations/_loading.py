"""Eager loads for records that are in the session already."""

from collections.abc import Iterable, Sequence

from sqlalchemy import inspect
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, QueryableAttribute

from ..query import QueryBuilder, RelationPath, related, steps


async def load[T: DeclarativeBase](
    session: AsyncSession, records: Sequence[T], relation: RelationPath, *, again: bool
) -> None:
    """Load a relationship of records, or each of a path, with one SELECT each.

    Args:
        session: The session the records are in.
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
            query = QueryBuilder(session, attribute.parent.mapper.class_)
            await query._load_relation(part, attribute, again=again)  # noqa: SLF001  # shared with `with_`
        found = list(dict.fromkeys(related(found, step.key)))
        if not found:
            return


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
