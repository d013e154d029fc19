"""The values loaded before `run_transaction`: expired for its work, restored after it."""

from sqlalchemy import inspect
from sqlalchemy.orm import InstanceState, RelationshipProperty, Session
from sqlalchemy.orm.attributes import set_committed_value

from ._rollback import Tables, written_in_bulk
from ._snapshot import Snapshot, has_only_keys


class LoadedBefore:
    """The values of a session's records before each attempt."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._loaded: list[tuple[object, Snapshot]] = []

    def expire(self) -> None:
        """Expire all attributes but primary keys, so that the next attempt has to read them."""
        records = list(self._session.identity_map.values())
        self._loaded += [(record, Snapshot.of(inspect(record))) for record in records]
        self._session.expire_all()
        for record in records:
            state: InstanceState[object] = inspect(record)
            Snapshot({}, frozenset(state.expired_attributes)).fill(state, ())

    def restore(self) -> None:
        """Restore the values that were neither read again nor written in the database."""
        begun = self._session.get_transaction()
        written = () if begun is None else begun._dirty  # noqa: SLF001  # no public name
        bulk = written_in_bulk(self._session)
        for record, snapshot in reversed(self._loaded):  # earlier ones fill gaps
            state: InstanceState[object] = inspect(record)
            if record in self._session:
                if has_only_keys(state) and state not in written:
                    _restore_columns(state, snapshot, bulk)
                _restore_relationships(state, snapshot, bulk)


def _restore_columns(state: InstanceState[object], snapshot: Snapshot, bulk: Tables) -> None:
    if bulk.isdisjoint({None, *state.mapper.tables}):
        names = {attribute.key for attribute in state.mapper.column_attrs}
        snapshot.fill(state, (names & snapshot.values.keys()) - state.dict.keys())


def _restore_relationships(state: InstanceState[object], snapshot: Snapshot, bulk: Tables) -> None:
    for relation in state.mapper.relationships:
        unloaded = relation.key in snapshot.values and relation.key not in state.dict
        tables = {None, *relation.mapper.tables} | {relation.secondary}
        if unloaded and bulk.isdisjoint(tables) and _has_same_keys(state, snapshot, relation):
            set_committed_value(state.obj(), relation.key, snapshot.values[relation.key])


def _has_same_keys(
    state: InstanceState[object], snapshot: Snapshot, relation: RelationshipProperty[object]
) -> bool:
    """Return whether a relationship still leads to the same records."""
    columns = (state.mapper.get_property_by_column(column) for column in relation.local_columns)
    names = [column.key for column in columns]
    return all(
        name in state.dict and snapshot.values.get(name) == state.dict[name] for name in names
    )
