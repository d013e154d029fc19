"""The writes of a repository."""

from collections.abc import Awaitable, Callable

from sqlalchemy import inspect
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase

from ..models._in_place import flag_changes
from ..models._soft_deletes import SoftDeletes, refuse_hard_deletes
from ..query import Key, Values, equal_to, named
from ..transactions._operation import writing
from ._base import RepositoryBase
from ._first_or_create import first_or_create
from ._record import add, delete, read_columns, read_expired
from ._soft_deletion import restore, soft_delete

type Write = Callable[[AsyncSession, DeclarativeBase], Awaitable[None]]


class Writes[T: DeclarativeBase](RepositoryBase[T]):
    """The writes of one model's records."""

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
        self._refuse_new(instance)
        async with writing(self.session, self._metadata, instance):
            add(self.session, instance, self.model)
            flag_changes(inspect(instance))
            await self.session.flush()
            # Values computed by the database expire, and async code cannot load them by reading.
            await read_expired(self.session, instance)
        return instance

    async def delete(self, instance: T) -> None:
        """Delete a record; one of `SoftDeletes` stays in the database, where `restore` finds it.

        A soft deletion goes on along relationships with the cascade "delete" to records of models
        with `SoftDeletes`, which all get the same `deleted_at`; they are written by a statement for
        each relationship, without events of the mapper. Other records stay. A record that is
        deleted already is not deleted again.

        Raises:
            StaleRecord: Another transaction removed or changed the row.
            TypeError: It is not a record of the model.
            ValueError: The record of `SoftDeletes` is not stored yet.
        """
        if issubclass(type(instance), SoftDeletes):
            await self._rewrite(instance, soft_delete)
        else:
            await self.force_delete(instance)

    async def force_delete(self, instance: T) -> None:
        """Delete the row of a record, also one of `SoftDeletes`.

        Relationships with the cascade "delete" delete the rows of their records, hidden ones too.

        Raises:
            StaleRecord: Another transaction deleted it.
            TypeError: It is not a record of the model.
        """
        self._refuse_other(instance)
        async with writing(self.session, self._metadata):
            await delete(self.session, instance)

    async def restore(self, instance: T) -> T:
        """Restore a soft-deleted record, and those that were deleted with it.

        Records that were deleted before it stay deleted. A record that is not deleted stays as it
        is.

        Raises:
            DuplicateRecord: Another record has a unique value by now.
            StaleRecord: Another transaction removed or changed the row.
            TypeError: It is not a record of the model, or the model has no soft deletes.
            ValueError: The record is not stored yet.
        """
        refuse_hard_deletes(type(instance))
        await self._rewrite(instance, restore)
        return instance

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

    async def _rewrite(self, instance: T, write: Write) -> None:
        self._refuse_new(instance)
        async with writing(self.session, self._metadata, instance):
            add(self.session, instance, self.model)
            await write(self.session, instance)

    def _refuse_new(self, instance: T) -> None:
        self._refuse_other(instance)
        if inspect(instance).transient:
            raise ValueError(f"This {self.model.__name__} is not stored yet: use create()")

    async def _matching[K: Key](self, match: Values[K]) -> T | None:
        return await self.query().where(*equal_to(self.model, match)).first()
