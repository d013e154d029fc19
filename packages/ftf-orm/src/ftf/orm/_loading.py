"""Bringing relationships along for records that are there already."""

from collections.abc import Iterable, Sequence

from sqlalchemy import inspect
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, QueryableAttribute

from .query import QueryBuilder, RelationPath, steps


async def load[T: DeclarativeBase](
    session: AsyncSession, records: Sequence[T], relation: RelationPath, *, again: bool
) -> None:
    """Load a relationship, or each along a path, in one query a step.

    Args:
        session: The session the records are in.
        records: Records of one model.
        relation: The relationship or path.
        again: Whether to load once more what is loaded already.

    Raises:
        AttributeError: The model has no such relationship.
    """
    found: Sequence[DeclarativeBase] = records
    for step in steps(inspect(type(records[0])), relation) if records else []:
        wanted = [record for record in found if again or step.key in inspect(record).unloaded]
        await _load_step(session, wanted, step, again=again)
        found = list(dict.fromkeys(_related(found, step.key)))
        if not found:
            return


async def _load_step(
    session: AsyncSession,
    records: Sequence[DeclarativeBase],
    step: QueryableAttribute[object],
    *,
    again: bool,
) -> None:
    if not records:
        return
    if again:
        await session.flush()
        for record in records:
            session.expire(record, [step.key])
    model = step.parent.mapper.class_
    keys = [inspect(record).identity for record in records]
    await QueryBuilder(session, model).where_key(*keys).with_(step).get()


def _related(records: Iterable[DeclarativeBase], name: str) -> Iterable[DeclarativeBase]:
    for record in records:
        value = getattr(record, name)
        if value is None:
            continue
        yield from [value] if isinstance(value, DeclarativeBase) else value
