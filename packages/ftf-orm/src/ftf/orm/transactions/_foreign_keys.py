"""Expiry of many-to-one relationships whose foreign key changes."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import InstanceState, RelationshipDirection, RelationshipProperty, Session
from sqlalchemy.orm.attributes import instance_state

from ._session_state import is_in_use
from .restoring._rollback import take


def _expire_outdated(session: Session, *_: object) -> None:
    """Expire many-to-one relationships whose foreign key is in the flush."""
    if not is_in_use(session):
        return
    for record in session.dirty:
        state: InstanceState[Any] = instance_state(record)
        if outdated := [relation.key for relation in _outdated(state)]:
            take(session, record)
            session.expire(record, outdated)


def _outdated(state: InstanceState[Any]) -> Iterator[RelationshipProperty[Any]]:
    for relation in state.mapper.relationships:
        is_set = relation.key in state.committed_state  # SQLAlchemy sets the foreign key by it
        many_to_one = relation.direction is RelationshipDirection.MANYTOONE
        if many_to_one and relation.key in state.dict and not is_set:
            columns = map(state.mapper.get_property_by_column, relation.local_columns)
            if any(_has_changed(state, column.key) for column in columns):
                yield relation


def _has_changed(state: InstanceState[Any], name: str) -> bool:
    missing = object()
    before = state.committed_state.get(name, missing)
    return before is not missing and before != state.dict.get(name)


event.listen(Session, "before_flush", _expire_outdated)
