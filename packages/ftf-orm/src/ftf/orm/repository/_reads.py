"""The reads of a repository."""

from collections.abc import Iterable, Sequence
from functools import partial

from sqlalchemy import inspect
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute

from ..exceptions import RecordNotFound
from ..models._scopes import scope_functions, scopes_of
from ..query import NO_CLAUSES, RelationPath, RelationTo, check_relation, possible_keys
from ..relations._loading import load
from ..relations._relation import Relation
from ..transactions._operation import read
from ..transactions.restoring._rollback import take_before_reading
from ._base import RepositoryBase
from ._by_key import get, known


class Reads[T: DeclarativeBase](RepositoryBase[T]):
    """The reads of one model's records."""

    async def find(self, key: object) -> T | None:
        """Return the record with a primary key, or None, also for an impossible key such as 2**63.

        A record in the session is returned without a SELECT, unless the model has scopes or `query`
        is overridden: then the database decides whether it is found. A model that declares eager
        loads of such records is read too.

        Raises:
            InvalidValue: The key is of another type than its column, such as "1" for 1.
        """
        query = self.query()
        if not query._hides_nothing:  # noqa: SLF001  # of this package
            return await query.find(key)
        session, model = self.session, query.model
        if not possible_keys(inspect(model), session.get_bind().dialect, [key]):
            return None
        if (record := known(session, model, key)) is not None:
            return record
        return await read(session, partial(session.run_sync, get, model, key))

    async def find_or_fail(self, key: object) -> T:
        """Return the record with a primary key.

        Raises:
            RecordNotFound: There is none.
            InvalidValue: The key is of another type than its column.
        """
        if (instance := await self.find(key)) is None:
            raise RecordNotFound(self.model)
        return instance

    async def find_many(self, keys: Iterable[object]) -> list[T]:
        """Return the records with primary keys, in the order of the keys, without missing ones."""
        return await self.query().find_many(keys)

    async def all(self, limit: int = 100, offset: int = 0) -> list[T]:
        """Return records in the order of their primary keys."""
        return await self.query().order_by_key().limit(limit).offset(offset).get()

    async def count(self) -> int:
        """Return the number of records."""
        return await self.query().count()

    async def exists(self, key: object) -> bool:
        """Return whether there is a record with a primary key."""
        return await self.query().where_key(key).exists()

    async def refresh(self, instance: T) -> T:
        """Read a record again, with the changes that other transactions have committed.

        Its relationships are no longer loaded.

        Raises:
            RecordNotFound: Another transaction deleted it.
        """
        key = inspect(instance).identity
        take_before_reading(self.session.sync_session, [instance])
        found = await self.query().where_key(key).fresh().first()
        if found is None:
            raise RecordNotFound(self.model)
        return found

    async def load(self, records: T | Sequence[T], *relations: RelationPath) -> None:
        """Load relationships of records that are in the session, and replace those that are loaded.

        Of the repository's own model, records that its `query` leaves out are not loaded.

        Args:
            records: One record or many.
            relations: Relationships such as `User.posts`, or dotted paths.

        Raises:
            AttributeError: The model has no such relationship.
        """
        for relation in relations:
            await load(self.query(), _many(records), relation, again=True)

    async def load_missing(self, records: T | Sequence[T], *relations: RelationPath) -> None:
        """Load relationships of records in the session that are not loaded yet.

        Args:
            records: One record or many.
            relations: Relationships such as `User.posts`, or dotted paths.

        Raises:
            AttributeError: The model has no such relationship.
        """
        for relation in relations:
            await load(self.query(), _many(records), relation, again=False)

    def relation[R: DeclarativeBase](self, record: T, relation: RelationTo[R]) -> Relation[R]:
        """Return the related records of one record, to query, attach and detach them.

        If they are records of the repository's own model, its `query` decides which are found.

        Raises:
            AttributeError: The model has no such relationship.
            TypeError: It is not a record of the model, or the relationship has a condition,
                such as `User.posts.and_(...)`.
        """
        check_relation(inspect(self.model), relation)
        if not isinstance(relation, InstrumentedAttribute):
            raise TypeError(
                f"{relation} is a relationship with a condition: pass the relationship itself, "
                "and narrow its query()"
            )
        self._refuse_other(record)
        target = relation.property.mapper
        clauses = self.query().clauses if issubclass(target.class_, self.model) else NO_CLAUSES
        if clauses is not NO_CLAUSES and target.class_ is not self.model:
            known = scope_functions(inspect(self.model))
            further = (scope for scope in scopes_of(target) if scope.name not in known)
            clauses = clauses._replace(model_scopes=(*clauses.model_scopes, *further))
        return Relation(self.session, record, relation, clauses)


def _many[T: DeclarativeBase](records: T | Sequence[T]) -> Sequence[T]:
    return [records] if isinstance(records, DeclarativeBase) else records
