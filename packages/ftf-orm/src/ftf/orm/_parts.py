"""Relationships of which only a part is loaded."""

from collections.abc import Iterable

from sqlalchemy import inspect
from sqlalchemy.orm import QueryableAttribute, Session

_PARTS = "ftf.orm.parts"


def mark_part(records: Iterable[object], relation: QueryableAttribute[object]) -> None:
    """Remember on records that a part is loaded, if the relationship is one."""
    if relation._extra_criteria:  # noqa: SLF001  # what and_() added
        for record in records:
            inspect(record).info.setdefault(_PARTS, set()).add(relation.key)


def forget_parts(session: Session, record: object) -> None:
    """Expire the parts that the deletion of a record would take for the whole."""
    if record not in session:
        return
    _forget(session, record)
    state = inspect(record)
    # What it yields is looked into later: a part that is forgotten here is read whole there.
    for reached, *_ in state.mapper.cascade_iterator("delete", state):
        _forget(session, reached)


def _forget(session: Session, record: object) -> None:
    if parts := inspect(record).info.get(_PARTS):
        session.flush()  # or what was changed in a part would be lost
        session.expire(record, parts)
