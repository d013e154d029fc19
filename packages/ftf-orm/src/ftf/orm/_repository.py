"""Where a model's records come from and go to."""

from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from types import get_original_bases
from typing import get_args, get_origin

from sqlalchemy import MetaData, inspect
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase

from ._deletion import refusing_missing_rows
from ._in_place import flag_changes
from ._loading import load
from ._reading import read
from ._relation import Relation
from ._rollback import note_before_reading
from ._session import somebody_commits
from ._snapshot import expired_columns
from ._transaction import transaction
from ._values import Key, Values, equal_to, named
from ._writing import writing
from .exceptions import DuplicateRecord, RecordNotFound
from .query import QueryBuilder, RelationPath, RelationTo, check_relation


class BaseRepository[T: DeclarativeBase]:
    """Finds and stores the records of one model.

    Each write is committed when it returns, unless a `transaction` is open on the session. One
    that fails raises a `ConstraintViolation` or a `TransactionConflict`, and leaves the session
    usable.

    Args:
        session: The session to work in.

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

    def __init__(self, session: AsyncSession) -> None:
        if not hasattr(self, "model"):
            name = type(self).__name__
            raise TypeError(f"{name} has no model: class {name}(BaseRepository[TheModel])")
        self.session = session

    def query(self) -> QueryBuilder[T]:
        """Start a query for records."""
        return QueryBuilder(self.session, self.model)

    async def find(self, key: object) -> T | None:
        """Find the record with a primary key."""
        return await read(self.session, lambda: self._get(key))

    async def find_or_fail(self, key: object) -> T:
        """Find the record with a primary key.

        Raises:
            RecordNotFound: There is none.
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
        """
        self._refuse_other(instance)
        async with writing(self.session, self._metadata, instance):
            self.session.add(instance)
        return instance

    async def update(self, instance: T) -> T:
        """Store what was changed on a record, and read what the database has worked out.

        A relationship whose foreign key has changed has to be loaded again.

        Raises:
            TypeError: It is no record of the model.
            ValueError: The record was never stored.
        """
        self._refuse_other(instance)
        if inspect(instance).transient:
            raise ValueError(f"This {self.model.__name__} was never stored: use create()")
        async with writing(self.session, self._metadata, instance):
            self.session.add(instance)
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

        Raises:
            AttributeError: The model has no such relationship.
            TypeError: The record is none of the model.
        """
        check_relation(inspect(self.model), relation)
        self._refuse_other(record)
        return Relation(self.session, record, relation)

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
        mine = nullcontext() if somebody_commits(self.session) else transaction(self.session)
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

        Args:
            match: What identifies the record, by column: `{User.email: "a@b.c"}`.
            values: What it has to have.

        Returns:
            The record, and whether it was created.

        Raises:
            AttributeError: The model has no such attribute.
            ValueError: Nothing is to be matched, so that any record would do.
        """
        instance, created = await self.first_or_create(match, values)
        if not created:
            for name, value in named(self.model, values).items():
                setattr(instance, name, value)
            await self.update(instance)
        return instance, created

    async def _matching[K: Key](self, match: Values[K]) -> T | None:
        return await self.query().where(*equal_to(self.model, match)).first()

    def _made_of[K: Key, L: Key](self, match: Values[K], values: Values[L] | None) -> T:
        return self.model(**{**named(self.model, match), **named(self.model, values or {})})

    async def _get(self, key: object) -> T | None:
        found = await self.session.get(self.model, key)
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
