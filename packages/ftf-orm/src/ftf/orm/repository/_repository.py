"""Where a model's records come from and go to."""

from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from types import get_original_bases
from typing import get_args, get_origin

from sqlalchemy import MetaData, inspect
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute

from ..exceptions import DuplicateRecord, RecordNotFound, RecordOfOtherSession, StaleRecord
from ..models._in_place import flag_changes
from ..query import (
    NO_CLAUSES,
    QueryBuilder,
    RelationPath,
    RelationTo,
    check_relation,
    possible_keys,
)
from ..relations._loading import load
from ..relations._relation import Relation
from ..transactions._deletion import refusing_missing_rows
from ..transactions._operation import read, writing
from ..transactions._rollback import note_before_reading
from ..transactions._session_factory import refuse_expiring
from ..transactions._session_state import has_explicit_transaction
from ..transactions._snapshot import expired_columns
from ..transactions._transaction import transaction
from ._match import Key, Values, equal_to, named


class BaseRepository[T: DeclarativeBase]:
    """Finds and stores the records of one model.

    Each write is committed when it returns, unless a `transaction` is open on the session. One
    that fails raises a `ConstraintViolation`, an `InvalidValue`, a `TransactionConflict` or a
    `DatabaseUnavailable`, and leaves the session usable.

    Args:
        session: The session to work in, of `session_factory(engine)`.
        model: The model, where the class does not name one by its type argument.

    Raises:
        TypeError: There is no model, or another one than that of the class.
        ValueError: The session expires records on commit.

    Example:
        class UserRepository(BaseRepository[User]):
            async def by_email(self, email: str) -> User | None:
                return await self.query().where(User.email == email).first()
    """

    model: type[T]

    def __init_subclass__(cls, **options: object) -> None:
        super().__init_subclass__(**options)
        model = _model_of(cls)
        if isinstance(model, type):
            cls.model = model

    def __init__(self, session: AsyncSession, model: type[T] | None = None) -> None:
        refuse_expiring(session, type(self).__name__)
        self.session = session
        if model is not None:
            self._refuse_model(model)
            self.model = model
        if not hasattr(self, "model"):
            raise TypeError(
                f"{type(self).__name__} has no model: name it in the class, as in class "
                "UserRepository(BaseRepository[User]), or pass it: BaseRepository(session, User)"
            )

    def query(self) -> QueryBuilder[T]:
        """Start a query for records.

        Every read of the repository starts here: what an overridden `query` leaves out is not
        found by a key either.
        """
        return QueryBuilder(self.session, self.model)

    async def find(self, key: object) -> T | None:
        """Find the record with a primary key; one that no row can have, such as 2**63, finds none.

        A record that the session knows is returned without a query, unless `query` is overridden:
        the database decides then whether it is found.

        Raises:
            InvalidValue: The key is of another type than its column, such as "1" for 1.
        """
        query = self.query()
        if query.clauses is not NO_CLAUSES:
            return await query.where_key(key).first()
        if not possible_keys(inspect(query.model), self.session.get_bind().dialect, [key]):
            return None
        return await read(self.session, lambda: self._get(query.model, key))

    async def find_or_fail(self, key: object) -> T:
        """Find the record with a primary key.

        Raises:
            RecordNotFound: There is none.
            InvalidValue: The key is of another type than its column.
        """
        if (instance := await self.find(key)) is None:
            raise RecordNotFound(self.model)
        return instance

    async def find_many(self, keys: Iterable[object]) -> list[T]:
        """Find the records with primary keys, in the order of the keys, without missing ones."""
        return await self.query().find_many(keys)

    async def all(self, limit: int = 100, offset: int = 0) -> list[T]:
        """List records in the order of their primary key."""
        return await self.query().order_by_key().limit(limit).offset(offset).get()

    async def count(self) -> int:
        """Count the records."""
        return await self.query().count()

    async def exists(self, key: object) -> bool:
        """Tell whether there is a record with a primary key."""
        return await self.query().where_key(key).exists()

    async def create(self, instance: T) -> T:
        """Store a new record.

        Raises:
            TypeError: It is no record of the model.
            RecordOfOtherSession: Another session has it.
        """
        self._refuse_other(instance)
        async with writing(self.session, self._metadata, instance):
            self._add(instance)
        return instance

    async def update(self, instance: T) -> T:
        """Store what was changed on a record, and read what the database has worked out.

        A relationship whose foreign key has changed has to be loaded again.

        Raises:
            TypeError: It is no record of the model.
            ValueError: The record was never stored.
            RecordOfOtherSession: Another session has it, or this one has another object for it.
        """
        self._refuse_other(instance)
        if inspect(instance).transient:
            raise ValueError(f"This {self.model.__name__} was never stored: use create()")
        async with writing(self.session, self._metadata, instance):
            self._add(instance)
            flag_changes(inspect(instance))
            await self.session.flush()
            # What the database works out: async code cannot read it by touching it.
            await self._read_expired(instance)
        return instance

    async def delete(self, instance: T) -> None:
        """Remove a record.

        Raises:
            StaleRecord: It was removed meanwhile.
            TypeError: It is no record of the model.
        """
        self._refuse_other(instance)
        mapper = inspect(instance).mapper
        async with writing(self.session, self._metadata):
            connection = await self.session.connection({"mapper": mapper})
            with refusing_missing_rows(connection, mapper):
                await self.session.delete(instance)
                await self.session.flush()

    async def refresh(self, instance: T) -> T:
        """Read a record again, with whatever others have changed.

        Relationships that were loaded have to be brought along again.

        Raises:
            RecordNotFound: It was removed meanwhile.
        """
        key = inspect(instance).identity
        note_before_reading(self.session.sync_session, [instance])
        found = await self.query().where_key(key).fresh().first()
        if found is None:
            raise RecordNotFound(self.model)
        return found

    async def load(self, records: T | Sequence[T], *relations: RelationPath) -> None:
        """Bring relationships along for records that are there already, again if need be.

        Args:
            records: One record or many.
            relations: Relationships such as `User.posts`, or dotted paths.

        Raises:
            AttributeError: The model has no such relationship.
        """
        for relation in relations:
            await load(self.session, _many(records), relation, again=True)

    async def load_missing(self, records: T | Sequence[T], *relations: RelationPath) -> None:
        """Bring relationships along where they are not loaded.

        Args:
            records: One record or many.
            relations: Relationships such as `User.posts`, or dotted paths.

        Raises:
            AttributeError: The model has no such relationship.
        """
        for relation in relations:
            await load(self.session, _many(records), relation, again=False)

    def relation[R: DeclarativeBase](self, record: T, relation: RelationTo[R]) -> Relation[R]:
        """Work with the records on the other side of a record's relationship.

        If they are of the repository's own model, its `query` decides which of them are found.

        Raises:
            AttributeError: The model has no such relationship.
            TypeError: The record is none of the model, or the relationship is only a part of one,
                such as `User.posts.and_(...)`.
        """
        check_relation(inspect(self.model), relation)
        if not isinstance(relation, InstrumentedAttribute):
            raise TypeError(f"{relation} is a part of a relationship: narrow the query() of it all")
        self._refuse_other(record)
        own = issubclass(relation.property.mapper.class_, self.model)
        clauses = self.query().clauses if own else NO_CLAUSES
        return Relation(self.session, record, relation, clauses)

    async def first_or_create[K: Key, L: Key](
        self, match: Values[K], values: Values[L] | None = None
    ) -> tuple[T, bool]:
        """Find the record with some values, or store one.

        Whoever calls this at the same time gets the same record, if the values to match are
        unique in the database.

        Args:
            match: What identifies the record, by column: `{User.email: "a@b.c"}`.
            values: What else a new one has.

        Returns:
            The record, and whether it was created.

        Raises:
            AttributeError: The model has no such attribute.
            ValueError: Nothing is to be matched, so that any record would do.
        """
        found = await self._matching(match)
        if found is not None:
            return found, False
        # In a transaction a failure undoes no more than itself.
        mine = (
            nullcontext() if has_explicit_transaction(self.session) else transaction(self.session)
        )
        async with mine:
            try:
                return await self.create(self._made_of(match, values)), True
            except DuplicateRecord:
                found = await self._matching(match)
                if found is None:  # another value is a duplicate
                    raise
                return found, False

    async def update_or_create[K: Key, L: Key](
        self, match: Values[K], values: Values[L]
    ) -> tuple[T, bool]:
        """Change the record with some values, or store one.

        The columns of a record that is found are read again, so that the values are stored
        whatever the session knew of it.

        Args:
            match: What identifies the record, by column: `{User.email: "a@b.c"}`.
            values: What it has to have.

        Returns:
            The record, and whether it was created.

        Raises:
            AttributeError: The model has no such attribute.
            StaleRecord: The record was removed meanwhile.
            ValueError: Nothing is to be matched, so that any record would do.
        """
        instance, created = await self.first_or_create(match, values)
        if not created:
            await self._read_columns(instance)
            for name, value in named(self.model, values).items():
                setattr(instance, name, value)
            await self.update(instance)
        return instance, created

    async def _read_columns(self, record: T) -> None:
        state = inspect(record)
        loaded = state.mapper.column_attrs.keys() & state.dict.keys()
        try:
            # flush: what was changed on the record would be overwritten.
            await read(
                self.session, lambda: self.session.refresh(record, sorted(loaded)), flush=True
            )
        except InvalidRequestError as error:
            raise StaleRecord from error

    async def _matching[K: Key](self, match: Values[K]) -> T | None:
        return await self.query().where(*equal_to(self.model, match)).first()

    def _add(self, instance: T) -> None:
        try:
            self.session.add(instance)
        except InvalidRequestError as error:
            if inspect(instance).was_deleted:
                raise
            raise RecordOfOtherSession(self.model, str(error)) from error

    def _made_of[K: Key, L: Key](self, match: Values[K], values: Values[L] | None) -> T:
        return self.model(**{**named(self.model, match), **named(self.model, values or {})})

    def _refuse_model(self, model: object) -> None:
        known = getattr(self, "model", DeclarativeBase)
        if not (isinstance(model, type) and issubclass(model, known)):
            wanted = "a model" if known is DeclarativeBase else f"{known.__name__} or a subclass"
            raise TypeError(f"model must be {wanted} for {type(self).__name__}, not {model!r}")

    async def _get(self, model: type[T], key: object) -> T | None:
        found = await self.session.get(model, key)
        if found is not None:
            await self._read_expired(found)
        return found

    async def _read_expired(self, instance: T) -> None:
        if names := expired_columns(inspect(instance)):
            await self.session.refresh(instance, names)

    def _refuse_other(self, record: object) -> None:
        if not isinstance(record, self.model):
            mine, name = self.model.__name__, type(record).__name__
            raise TypeError(f"{type(self).__name__} is for records of {mine}, not {name}")

    @property
    def _metadata(self) -> MetaData:
        return self.model.metadata


def _many[T: DeclarativeBase](records: T | Sequence[T]) -> Sequence[T]:
    return [records] if isinstance(records, DeclarativeBase) else records


def _model_of(repository: type) -> object:
    """Follow the type arguments of a repository's bases down to those of `BaseRepository`."""
    bases = ((get_origin(base) or base, get_args(base)) for base in get_original_bases(repository))
    base, arguments = next(found for found in bases if issubclass(found[0], BaseRepository))
    model = base.__type_params__[0] if base is BaseRepository else _model_of(base)
    return dict(zip(base.__type_params__, arguments, strict=False)).get(model, model)
