"""What was loaded, kept across a rollback."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from sqlalchemy import event, inspect
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.base import NO_VALUE

type _Loaded = list[tuple[object, Mapping[str, object]]]

_KEPT = "ftf.orm.kept"


@contextmanager
def keep_loaded(session: Session) -> Iterator[None]:
    """Give back what was loaded before a failure: a rollback makes SQLAlchemy forget it.

    Async code cannot load it again by touching it. What was changed is as it was before, unless
    the change had reached the database: that has to be read again.
    """
    outer = session.info.get(_KEPT)
    kept: _Loaded = []
    session.info[_KEPT] = kept
    try:
        yield
    except BaseException:
        _give_back(session, kept)
        raise
    finally:
        session.info[_KEPT] = outer


def _give_back(session: Session, kept: _Loaded) -> None:
    for record, values in kept:
        if record in session:
            for name, value in values.items():
                set_committed_value(record, name, value)


def _remember(session: Session) -> None:
    kept: _Loaded | None = session.info.get(_KEPT)
    ended = session.get_nested_transaction() or session.get_transaction()
    if kept is None or ended is None:
        return
    for record in session.identity_map.values():
        state = inspect(record)
        if state not in ended._dirty:  # noqa: SLF001  # what reached the database
            loaded = {**state.dict, **state.committed_state}
            known = state.mapper.attrs.keys() & loaded.keys()
            kept.append(
                (record, {name: loaded[name] for name in known if loaded[name] is not NO_VALUE})
            )


# Of no effect on sessions that do not ask; cheaper than listening to each that does.
event.listen(Session, "after_rollback", _remember)
