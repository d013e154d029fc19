"""`BaseRepository`: reads and writes of one model's records."""

from collections.abc import Iterable, Sequence

from sqlalchemy import MetaData, inspect
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute

from ..exceptions import RecordNotFound
from ..models._in_place import flag_changes
from ..query import (
    NO_CLAUSES,
    Key,
    QueryBuilder,
    RelationPath,
    RelationTo,
    Values,
    check_relation,
    equal_to,
    named,
    possible_keys,
)
from ..relations._loading import load
from ..relations._relation import Relation
from ..transactions._operation import read, writing
from ..transactions._rollback import take_before_reading
from ..transactions._session_factory import refuse_expiring
from ._bulk import BulkWrites
from ._first_or_create import first_or_create
from ._model import model_of, refuse_model
from ._record import add, delete, get, read_columns, read_expired


class BaseRepository[T: DeclarativeBase](BulkWrites[T]):
    """The reads and writes of one model's records.

    Each write commits before it returns, unless a `transaction` is open on the session. A write
    that fails raises a `ConstraintViolation`, an `InvalidValue`, a `TransactionConflict` or a
    `DatabaseUnavailable`, and leaves the session usable.

    Args:
        session: The session to work in, of `session_factory(engine)`.
        model: The model, if the class does not name it by its type argument.

    Raises:
        TypeError: There is no model, or it is not that of the class or a subclass of it.
        ValueError: The session expires records on commit.

    Example:
        class UserRepository(BaseRepository[User]):
            async def by_email(self, email: str) -> User | None:
                return await self.query().where(User.email == email).first()
    """

    model: type[T]

    def __init_subclass__(cls, **options: object) -> None:
        super().__init_subclass__(**options)
        model = model_of(cls, BaseRepository)
        if isinstance(model, type):
            cls.model = model

    def __init__(self, session: AsyncSession, model: type[T] | None = None) -> None:
        refuse_expiring(session, type(self).__name__)
        self.session = session
        if model is not None:
            refuse_model(model, getattr(self, "model", DeclarativeBase), type(self).__name__)
            self.model = model
        if not hasattr(self, "model"):
            raise TypeError(
                f"{type(self).__name__} has no model: name it in the class, as in class "
                "UserRepository(BaseRepository[User]), or pass it: BaseRepository(session, User)"
            )

    def query(self) -> QueryBuilder[T]:
        """Return a query for the records.

        All reads of the repository begin with it: a record that an overridden `query` leaves out
        is not found by its key either.
        """
        return QueryBuilder(self.session, self.model)

    async def find(self, key: object) -> T | None:
        """Return the record with a primary key, or None, also for an impossible key such as 2**63.

        A record in the session is returned without a SELECT, unless `query` is overridden: then
        the database decides whether it is found.

        Raises:
            InvalidValue: The key is of another type than its column, such as "1" for 1.
        """
        query = self.query()
        if query.clauses is not NO_CLAUSES:
            return await query.where_key(key).first()
        if not possible_keys(inspect(query.model), self.session.get_bind().dialect, [key]):
            return None
        return await read(self.session, lambda: get(self.session, query.model, key))

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

    async def create(self, instance: T) -> T:
        """Insert a record.

        Raises:
            TypeError: It is not a record of the model.
            RecordOfOtherSession: It is in another session.
        """
        self._refuse_other(instance)
        async with writing(self.session, self._metadata, instance):
            add(self.session, instance, self.model)
        return instance

    async def update(self, instance: T) -> T:
        """Write the changes of a record, and read the values that the database computes.

        A relationship whose foreign key has changed is no longer loaded.

        Raises:
            TypeError: It is not a record of the model.
            ValueError: The record is not stored yet.
            RecordOfOtherSession: It is in another session, or this session has another object for
                its row.
        """
        self._refuse_other(instance)
        if inspect(instance).transient:
            raise ValueError(f"This {self.model.__name__} is not stored yet: use create()")
        async with writing(self.session, self._metadata, instance):
            add(self.session, instance, self.model)
            flag_changes(inspect(instance))
            await self.session.flush()
            # Values computed by the database expire, and async code cannot load them by reading.
            await read_expired(self.session, instance)
        return instance

    async def delete(self, instance: T) -> None:
        """Delete a record.

        Raises:
            StaleRecord: Another transaction deleted it.
            TypeError: It is not a record of the model.
        """
        self._refuse_other(instance)
        async with writing(self.session, self._metadata):
            await delete(self.session, instance)

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

        Args:
            records: One record or many.
            relations: Relationships such as `User.posts`, or dotted paths.

        Raises:
            AttributeError: The model has no such relationship.
        """
        for relation in relations:
            await load(self.session, _many(records), relation, again=True)

    async def load_missing(self, records: T | Sequence[T], *relations: RelationPath) -> None:
        """Load relationships of records in the session that are not loaded yet.

        Args:
            records: One record or many.
            relations: Relationships such as `User.posts`, or dotted paths.

        Raises:
            AttributeError: The model has no such relationship.
        """
        for relation in relations:
            await load(self.session, _many(records), relation, again=False)

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
        own = issubclass(relation.property.mapper.class_, self.model)
        clauses = self.query().clauses if own else NO_CLAUSES
        return Relation(self.session, record, relation, clauses)

    async def first_or_create[K: Key, L: Key](
        self, match: Values[K], values: Values[L] | None = None
    ) -> tuple[T, bool]:
        """Return the record with the values of match, or insert one.

        Calls at the same time return the same record if the values of match are unique in the
        database.

        Args:
            match: The values that identify the record, by column: `{User.email: "a@b.c"}`.
            values: Further values of a new record.

        Returns:
            The record, and whether it was created.

        Raises:
            AttributeError: The model has no such attribute.
            ValueError: match has no values, so that every record would match.
        """
        return await first_or_create(
            self.session,
            find=lambda: self._matching(match),
            create=lambda: self.create(
                self.model(**{**named(self.model, match), **named(self.model, values or {})})
            ),
        )

    async def update_or_create[K: Key, L: Key](
        self, match: Values[K], values: Values[L]
    ) -> tuple[T, bool]:
        """Update the record with the values of match, or insert one.

        The columns of a record that is found are read again, so that the values are written even
        if the session has outdated ones.

        Args:
            match: The values that identify the record, by column: `{User.email: "a@b.c"}`.
            values: The values to write.

        Returns:
            The record, and whether it was created.

        Raises:
            AttributeError: The model has no such attribute.
            StaleRecord: Another transaction deleted the record.
            ValueError: match has no values, so that every record would match.
        """
        instance, created = await self.first_or_create(match, values)
        if not created:
            await read_columns(self.session, instance)
            for name, value in named(self.model, values).items():
                setattr(instance, name, value)
            await self.update(instance)
        return instance, created

    async def _matching[K: Key](self, match: Values[K]) -> T | None:
        return await self.query().where(*equal_to(self.model, match)).first()

    def _refuse_other(self, record: object) -> None:
        if not isinstance(record, self.model):
            own, name = self.model.__name__, type(record).__name__
            raise TypeError(f"{type(self).__name__} is for records of {own}, not {name}")

    @property
    def _metadata(self) -> MetaData:
        return self.model.metadata


def _many[T: DeclarativeBase](records: T | Sequence[T]) -> Sequence[T]:
    return [records] if isinstance(records, DeclarativeBase) else records
