"""What eager loads leave out, because SQLAlchemy loads no relationship again that is loaded."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.orm import DeclarativeBase, InstanceState, Mapper, QueryableAttribute

from ...models._loaded_parts import mark_part
from ...transactions._operation import read
from ...transactions._rollback import take_before_reading
from ..statement._clauses import Clauses
from ..statement._eager_load import EagerLoad, Names, tree
from ..statement._pivots import Pivots
from ..statement._relation_path import related
from ..statement._scoped_relation import Lifted, is_partial
from ..steps._conditions import Conditions

type States = AbstractSet[InstanceState[Any]]


@dataclass(frozen=True, slots=True)
class Loading[T: DeclarativeBase](Conditions[T]):
    """The loads of relationships for records that are in the session already."""

    @abstractmethod
    async def get(self) -> list[T]:
        """Return the records."""

    @abstractmethod
    def _query_for[R: DeclarativeBase](self, model: type[R]) -> "Loading[R]":
        """Start a query for another model in the same session."""

    def _loaded_before(self) -> dict[Names, States]:
        """Return the states that have loaded what eager loads would load, or lead through."""
        steps = tree(self.clauses.loads)
        found: dict[Names, States] = {}
        for names, (relation, _) in steps.items():
            if is_partial(relation):
                found[names] = self._states_with(relation)
            elif len(names) > 1:
                found[names] = self._states_with(steps[names[:-1]].relation)
        return found

    async def _complete(self, records: Sequence[T], loaded: Mapping[Names, States]) -> None:
        """Load what the statement has not loaded, because it was loaded before or behind that."""
        steps = tree(self.clauses.loads) if loaded else {}
        for names, before in loaded.items():
            relation = steps[names].relation
            if not (before or is_partial(relation)):
                continue
            owners: Sequence[DeclarativeBase] = records
            for name in names[:-1]:
                owners = [*dict.fromkeys(related(owners, name))]
            await self._complete_step(owners, names, relation, before)
        await self._load_pivots(records)

    async def _load_pivots(self, records: Sequence[T]) -> None:
        """Load many-to-many relationships of records with their association rows."""
        for relation in self.clauses.pivots if records else ():
            take_before_reading(self.session.sync_session, records)
            below = (load.below((relation.key,)) for load in self.clauses.loads)
            loads = [load for load in below if load is not None]
            pivots = Pivots(relation, self._dialect)
            statement = pivots.statement(records, loads, self.clauses.lifted)
            result = await read(self.session, partial(self.session.execute, statement), flush=True)
            pivots.set_on(records, result.unique() if loads else result)
            mark_part(records, relation)

    async def _complete_step(
        self,
        owners: Sequence[DeclarativeBase],
        names: Names,
        relation: QueryableAttribute[object],
        before: States,
    ) -> None:
        query = self._query_for(relation.parent.mapper.class_)
        below = (load.below(names[:-1]) for load in self.clauses.loads)
        loads = [load for load in below if load is not None and load.path[0].key == relation.key]
        missing = [owner for owner in owners if relation.key in inspect(owner).unloaded]
        lifted = self.clauses.lifted
        load = partial(query._load_relation, lifted=lifted)  # noqa: SLF001  # of this class
        await load(missing, relation, again=False, loads=loads)
        if is_partial(relation):
            stale = [owner for owner in owners if inspect(owner) in before]
            await load(stale, relation, again=True, loads=loads)
            mark_part(owners, relation)

    async def _load_relation(
        self,
        records: Sequence[T],
        relation: QueryableAttribute[object],
        *,
        again: bool,
        loads: Sequence[EagerLoad] = (),
        lifted: Lifted = (),
    ) -> None:
        """Load a relationship of records; `again` flushes its changes and replaces it."""
        if not records:
            return
        if again:
            await read(self.session, self.session.flush, flush=True)
            take_before_reading(self.session.sync_session, records)
            for record in records:
                self.session.expire(record, [relation.key])
        loads = loads or [EagerLoad((relation,), "selectinload")]
        keys = [inspect(record).identity for record in records]
        clauses = Clauses(loads=tuple(loads), lifted=lifted)
        await self._with(clauses).where_key(*keys).get()
        mark_part(records, relation)

    def _states_with(self, relation: QueryableAttribute[object]) -> States:
        """Return the states of the records in the session that have loaded a relationship."""
        mapper: Mapper[Any] = relation.parent.mapper
        known = self.session.sync_session.identity_map.all_states()
        return {state for state in known if relation.key in state.dict and state.mapper.isa(mapper)}
