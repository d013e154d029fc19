"""Relationships of a record of which only a part is loaded, which a deletion must not trust."""

from collections.abc import Iterable

from sqlalchemy import inspect
from sqlalchemy.orm import QueryableAttribute, Session

from ._scopes import scope_functions

_PARTS = "ftf.orm.parts"


def mark_part(records: Iterable[object], relation: QueryableAttribute[object]) -> None:
    """Record on records that a part is loaded, if the relationship has a condition."""
    if relation._extra_criteria:  # noqa: SLF001  # what and_() added
        for record in records:
            inspect(record).info.setdefault(_PARTS, set()).add(relation.key)


def expire_parts(session: Session, record: object) -> None:
    """Expire the loaded parts of a record and of those that its deletion cascades to."""
    if record not in session:
        return
    _expire(session, record)
    state = inspect(record)
    # cascade_iterator() reads the relationships of what it has yielded, so an expired part is
    # read as a whole.
    for reached, *_ in state.mapper.cascade_iterator("delete", state):
        _expire(session, reached)


def _expire(session: Session, record: object) -> None:
    state = inspect(record)
    # A load leaves out what scopes hide, whichever query it was.
    scoped = {
        relation.key for relation in state.mapper.relationships if scope_functions(relation.mapper)
    }
    if parts := scoped.intersection(state.dict).union(state.info.get(_PARTS, ())):
        session.flush()  # expire() would discard pending changes of the part
        session.expire(record, parts)
