"""What eager loads leave out, because SQLAlchemy loads no relationship again that is loaded."""

from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.orm import DeclarativeBase, InstanceState, Mapper, QueryableAttribute

from ...models._loaded_parts import mark_part
from ...transactions._operation import read
from ...transactions.restoring._rollback import take_before_reading
from ..statement._clauses import Clauses
from ..statement.loads._declared_loads import declared_paths
from ..statement.loads._eager_load import EagerLoad, tree
from ..statement.loads._pivots import Pivots
from ..statement.loads._relation_path import Path, related
from ..statement.loads._scoped_relation import Lifted, is_partial
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

    def _loaded_before(self) -> dict[Path, States]:
        """Return the states that have loaded what eager loads would load, or lead through."""
        steps = tree(self.clauses.loads)
        found: dict[Path, States] = {}
        for names, step in steps.items():
            relation = step.relation
            path = tuple(steps[names[:end]].relation for end in range(1, len(names) + 1))
            if is_partial(relation):
                found[path] = self._states_with(relation)
            elif len(names) > 1:
                found[path] = self._states_with(path[-2])
        return found | self._declared_before()

    def _declared_before(self, *, behind: bool = False) -> dict[Path, States]:
        """Return the states that have loaded what models declare to be loaded.

        Args:
            behind: Whether to leave out what is not behind another eager load.
        """
        pivots = (EagerLoad((relation,), "selectinload") for relation in self.clauses.pivots)
        steps = tree((*self.clauses.loads, *pivots))
        return {
            (*before, *path[:end]): self._states_with(path[end - 1])
            for before, path in declared_paths(self._mapper, steps)
            for end in range(1, len(path) + 1)
            if before or not behind
        }

    async def _complete(self, records: Sequence[T], loaded: Mapping[Path, States]) -> None:
        """Load what the statement has not loaded, because it was loaded before or behind that."""
        await self._load_pivots(records)
        with_pivots = {(relation.key,) for relation in self.clauses.pivots}
        for path, before in loaded.items():
            owners: Sequence[DeclarativeBase] = records
            if tuple(step.key for step in path) in with_pivots:
                continue
            if before or is_partial(path[-1]):
                for step in path[:-1]:
                    owners = [*dict.fromkeys(related(_of(owners, step), step.key))]
                await self._complete_step(_of(owners, path[-1]), path, before)

    async def _load_pivots(self, records: Sequence[T]) -> None:
        """Load many-to-many relationships of records with their association rows."""
        for relation in self.clauses.pivots if records else ():
            take_before_reading(self.session.sync_session, records)
            below = (load.below((relation.key,)) for load in self.clauses.loads)
            loads = [load for load in below if load is not None]
            pivots = Pivots(relation, self._dialect)
            statement = pivots.statement(records, loads, self.clauses.lifted)
            result = await read(self.session, partial(self.session.execute, statement), flush=True)
            pivots.set_on(records, result.unique())
            mark_part(records, relation)

    async def _complete_step(
        self, owners: Sequence[DeclarativeBase], path: Path, before: States
    ) -> None:
        relation, names = path[-1], tuple(step.key for step in path[:-1])
        query = self._query_for(relation.parent.mapper.class_)
        below = (load.below(names) for load in self.clauses.loads)
        loads = [load for load in below if load is not None and load.path[0].key == relation.key]
        missing = [owner for owner in owners if relation.key in inspect(owner).unloaded]
        lifted = self.clauses.lifted
        load = partial(query._read_relation, loads=loads, lifted=lifted)  # noqa: SLF001  # of this class
        await load(missing, relation, again=False)
        if is_partial(relation):
            stale = [owner for owner in owners if inspect(owner) in before]
            await load(stale, relation, again=True)
            mark_part(owners, relation)

    async def _load_relation(
        self, records: Sequence[T], relation: QueryableAttribute[object], *, again: bool
    ) -> None:
        """Load a relationship of records; `again` flushes its changes and replaces it."""
        query = self._with(Clauses(loads=(EagerLoad((relation,), "selectinload"),)))
        loaded = query._declared_before(behind=True)  # noqa: SLF001  # of this class
        await self._read_relation(records, relation, again=again)
        await self._complete(records, loaded)

    async def _read_relation(
        self,
        records: Sequence[T],
        relation: QueryableAttribute[object],
        *,
        again: bool,
        loads: Sequence[EagerLoad] = (),
        lifted: Lifted = (),
    ) -> None:
        """Load a relationship of records, and nothing that was loaded before behind it."""
        if not records:
            return
        if again:
            await read(self.session, self.session.flush, flush=True)
            take_before_reading(self.session.sync_session, records)
            for record in records:
                self.session.expire(record, [relation.key])
        loads = loads or [EagerLoad((relation,), "selectinload")]
        keys = [inspect(record).identity for record in records]
        query = self._with(Clauses(loads=tuple(loads), lifted=lifted)).where_key(*keys)
        result = await query._execute(query.statement())  # noqa: SLF001  # of this class
        result.unique().all()
        mark_part(records, relation)

    def _states_with(self, relation: QueryableAttribute[object]) -> States:
        """Return the states of the records in the session that have loaded a relationship."""
        mapper: Mapper[Any] = relation.parent.mapper
        known = self.session.sync_session.identity_map.all_states()
        return {state for state in known if relation.key in state.dict and state.mapper.isa(mapper)}


def _of[R: DeclarativeBase](records: Iterable[R], relation: QueryableAttribute[Any]) -> list[R]:
    """Return the records that have a relationship, which may be one of a subclass."""
    return [record for record in records if isinstance(record, relation.parent.class_)]
