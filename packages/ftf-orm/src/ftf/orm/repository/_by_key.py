"""One record by its primary key: from the session, or by a statement that a model has once."""

from typing import Any

from sqlalchemy import Select, bindparam, inspect, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapper, Session

from ..query import key_of
from ..transactions._session_state import exclusive_use, has_explicit_transaction, has_pending
from ..transactions.restoring._snapshot import expired_columns

_STATEMENT = "ftf.orm.by_key"  # in ClassManager.info


def known[T: DeclarativeBase](session: AsyncSession, model: type[T], key: object) -> T | None:
    """Return the record with a primary key, if it is in the session and needs no SELECT."""
    with exclusive_use(session):
        if has_explicit_transaction(session) and has_pending(session):  # a flush can delete it
            return None
        mapper: Mapper[T] = model.__mapper__
        record: object = session.sync_session.identity_map.get(_identity(mapper, key))
        if not isinstance(record, model) or mapper.always_refresh:
            return None
        state = inspect(record)
        return None if state.expired or expired_columns(state) else record


def get[T: DeclarativeBase](session: Session, model: type[T], key: object) -> T | None:
    """Return the record with a primary key, with no column expired.

    A SELECT takes a fifth less time than that of `session.get`, which makes its statement anew.
    """
    mapper: Mapper[T] = model.__mapper__
    identity = _identity(mapper, key)
    if identity in session.identity_map:
        found = session.get(model, key)
    else:
        values = {_name(place): value for place, value in enumerate(identity[1])}
        found = session.execute(_statement(mapper), values).unique().scalars().one_or_none()
    if found is not None and (names := expired_columns(inspect(found))):
        session.refresh(found, names)
    return found


def _identity(mapper: Mapper[Any], key: object) -> tuple[Any, ...]:
    return mapper.identity_key_from_primary_key(key if isinstance(key, tuple) else (key,))


def _statement[T](mapper: Mapper[T]) -> Select[T]:
    info = mapper.class_manager.info
    if _STATEMENT not in info:
        columns = enumerate(key_of(mapper))
        conditions = (
            column == bindparam(_name(place), type_=column.type) for place, column in columns
        )
        info[_STATEMENT] = select(mapper.class_).where(*conditions)
    statement: Select[T] = info[_STATEMENT]
    return statement


def _name(place: int) -> str:
    return f"key_{place}"
