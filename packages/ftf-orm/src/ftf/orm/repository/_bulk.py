"""The writes of a repository for many rows at once."""

from collections.abc import Iterable, Sequence
from itertools import batched

from sqlalchemy import inspect
from sqlalchemy.orm import DeclarativeBase

from ..bulk._conflicts import Conflict
from ..bulk._copy import insert_rows
from ..bulk._create import create_records
from ..bulk._rows import rows_of, table_of, with_implied
from ..bulk._update import refuse_rows, update_rows
from ..query import Key, Values, columns_of, declared_relations
from ..relations._loading import load
from ..transactions._operation import writing
from ._base import RepositoryBase
from ._record import add

_AT_ONCE = 10_000  # rows in memory


class BulkWrites[T: DeclarativeBase](RepositoryBase[T]):
    """The writes of a repository for many rows at once.

    As each write they commit before they return, unless a `transaction` is open, and store all
    rows or none. Rows are mappings by column: `{User.email: "a@b.c"}`. A column that a row lacks
    gets its default; None is NULL. Records of the session have the stored values afterwards.
    Events of the mapper do not run.
    """

    async def create_many[K: Key](self, rows: Iterable[T] | Iterable[Values[K]]) -> list[T]:
        """Insert many records. Return them, in the order of the rows.

        Args:
            rows: The rows, inserted with one statement for 1,000 and more. Or records, which the
                session writes with those that they refer to, and more slowly.

        Raises:
            AttributeError: The model has no such column.
            RecordOfOtherSession: A record is in another session.
            TypeError: A row is neither a mapping nor a record of the model, or some are records
                and some are not.
            ValueError: A value is a SQL expression.
        """
        given = [*rows]
        records = self._as_records(given)
        values = [] if records else rows_of(self.model, given)
        if not given:
            return []
        async with writing(self.session, self._metadata):
            for record in records:
                add(self.session, record, self.model)
            await self.session.flush()
            if values:
                records = await create_records(self.session, self.model, values)
        return await self._with_declared(records) if values else records

    async def insert_many[K: Key](self, rows: Iterable[Values[K]]) -> int:
        """Insert many rows without making records of them. Return how many.

        This is the fastest way to store rows. On PostgreSQL, 1,000 rows and more are sent by COPY,
        in the transaction of the session. They are read in parts of 10,000, so `rows` can be a
        generator that makes many more than fit into memory.

        Args:
            rows: The rows.

        Raises:
            AttributeError: The model has no such column.
            TypeError: A row is not a mapping.
            ValueError: A value is a SQL expression.
        """
        count = 0
        async with writing(self.session, self._metadata):
            await self.session.flush()
            for part in batched(rows, _AT_ONCE, strict=False):
                values = with_implied(inspect(self.model), rows_of(self.model, part))
                await insert_rows(self.session, table_of(self.model), values)
                count += len(part)
        return count

    async def update_many[K: Key](self, rows: Iterable[Values[K]]) -> int:
        """Update records by their primary keys. Return how many there are.

        A key that `query` does not find is left out.

        Args:
            rows: The rows, each with its primary key and the values to write.

        Raises:
            AttributeError: The model has no such column.
            InvalidValue: A key is of another type than its column.
            TypeError: A row is not a mapping.
            ValueError: A row has no key or no values, or one is a SQL expression.
        """
        values = rows_of(self.model, rows)
        refuse_rows(self.model, values)
        if not values:
            return 0
        async with writing(self.session, self._metadata):
            await self.session.flush()
            return await update_rows(self.query(), values)

    async def upsert[K: Key, L: Key, M: Key](
        self,
        rows: Iterable[Values[K]],
        *,
        unique_by: Sequence[L],
        update: Sequence[M] | None = None,
    ) -> list[T]:
        """Insert rows, or update the stored ones with the same unique values. Return the records.

        The database decides for each row, so that calls at the same time cannot make duplicates.

        Args:
            rows: The rows. One that is there twice is inserted once and updated with the last.
            unique_by: The columns of a unique constraint: `[User.email]`.
            update: The columns to update; by default all that the rows have but those.

        Returns:
            The records in the order of the rows; their relationships are no longer loaded.

        Raises:
            AttributeError: The model has no such column.
            DuplicateRecord: A stored row with the unique values is hidden by `query`.
            TypeError: A row is not a mapping.
            ValueError: unique_by is not unique or update is empty, a row lacks a value of theirs,
                or a value is a SQL expression.
        """
        values = rows_of(self.model, rows)
        written = None if update is None else columns_of(self.model, update).values()
        unique = columns_of(self.model, unique_by).values()
        conflict = Conflict.of(self.session, self.model, unique, written, values)
        conflict.refuse_rows(values)
        if not values:
            return []
        scopes = self.query()._rows(of_insert=True)  # noqa: SLF001  # of this package
        async with writing(self.session, self._metadata):
            await self.session.flush()
            found = await conflict.insert_or_update(values, scopes)
        return await self._with_declared(found)

    async def insert_or_ignore[K: Key, L: Key](
        self, rows: Iterable[Values[K]], *, unique_by: Sequence[L] = ()
    ) -> list[T]:
        """Insert the rows whose unique values no stored row has. Return the new records.

        Args:
            rows: The rows.
            unique_by: The columns of the unique constraint that is meant, another of which raises
                `DuplicateRecord`; by default any.

        Raises:
            AttributeError: The model has no such column.
            TypeError: A row is not a mapping.
            ValueError: unique_by is not unique, or a value is a SQL expression.
        """
        values = rows_of(self.model, rows)
        unique = columns_of(self.model, unique_by).values()
        conflict = Conflict.of(self.session, self.model, unique, (), values)
        if not values:
            return []
        async with writing(self.session, self._metadata):
            await self.session.flush()
            found = await conflict.insert_missing(values)
        return await self._with_declared(found)

    async def _with_declared(self, records: list[T]) -> list[T]:
        """Return records with the relationships that the model declares to be loaded."""
        for relation in declared_relations(inspect(self.model)):
            await load(self.query(), records, relation, again=False)
        return records

    def _as_records(self, given: Sequence[object]) -> list[T]:
        """Return records, or nothing for rows."""
        if not any(issubclass(kind, DeclarativeBase) for kind in {*map(type, given)}):
            return []
        for each in given:
            self._refuse_other(each)
        return [each for each in given if isinstance(each, self.model)]
