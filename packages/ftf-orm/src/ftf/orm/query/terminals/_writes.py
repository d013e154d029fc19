"""The terminals that write all rows of a query with one statement."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import Delete, Update, delete, update
from sqlalchemy.orm import DeclarativeBase, QueryableAttribute

from ...models._soft_deletes import SoftDeletes
from ...transactions._operation import writing
from ...transactions._statement_timeout import within
from ..statement._sql_functions import refuse_total
from ..statement._values import Key, Values, columns_of, named, next_version, refuse_several_tables
from ..steps._all_rows import AllRows
from ._loaded_records import has_loaded, read_again
from ._soft_cascade import cascade, name_of, next_time

type Amount = float | Decimal | timedelta


@dataclass(frozen=True, slots=True)
class Writes[T: DeclarativeBase](AllRows[T]):
    """The terminals that write all rows of a query with one statement.

    As each write of a repository they commit, unless a transaction is open. Records of the session
    are flushed before, and have the written values afterwards; cascades of relationships and events
    of the mapper are left to the database.
    """

    async def update[K: Key](self, values: Values[K]) -> int:
        """Update the rows of the records. Return how many.

        `updated_at` and a version column change as well.

        Args:
            values: The values by column: `{Post.views: 1}`; SQL expressions, such as
                `Post.views + 1`, are computed for each row.

        Raises:
            AttributeError: The model has no such column.
            ConstraintViolation: A row would break a rule of the database.
            InvalidValue: The database or the type of a column does not accept a value.
            TypeError: A record of the model is stored in several tables.
            ValueError: There are no values, one is for the primary key, or the query has no
                condition and no `all_rows()`.
        """
        columns = columns_of(self.model, values)
        self._refuse_every_row("update()")
        if not values:
            raise ValueError(f"values are missing: pass those to write, by column of {self._name}")
        for key in columns.values():
            if key.primary_key:
                raise ValueError(f"{key} is the primary key, which finds the row: leave it out")
        return await self._write(update(self.model).values(self._changes(values)))

    async def increment(self, column: QueryableAttribute[Any], by: Amount = 1) -> int:
        """Add a number to a column of the records. Return how many. NULL stays NULL.

        Raises:
            TypeError: It is not a column of numbers.
            ValueError: The query has no condition and no `all_rows()`.
        """
        refuse_total(column, self._dialect)
        return await self.update({column: column + by})

    async def decrement(self, column: QueryableAttribute[Any], by: Amount = 1) -> int:
        """Subtract a number from a column of the records; see `increment`."""
        refuse_total(column, self._dialect)
        return await self.update({column: column - by})

    async def delete(self) -> int:
        """Delete the records. Return how many.

        Those of `SoftDeletes` stay in the database, with the same `deleted_at`, and the deletion
        goes on along relationships as that of one record does.

        Raises:
            ForeignKeyViolation: Other rows refer to one of them.
            TypeError: A record of the model is stored in several tables.
            ValueError: The query has no condition and no `all_rows()`.
        """
        model: type = self.model
        if not issubclass(model, SoftDeletes):
            return await self.force_delete()
        refuse_several_tables(self._mapper)
        self._refuse_every_row("delete()")
        name, now = name_of(self._mapper), next_time()
        living = update(self.model).where(getattr(self.model, name).is_(None))
        return await self._write(living.values(self._changes({name: now})), deleted_at=now)

    async def force_delete(self) -> int:
        """Delete the rows of the records, also those of `SoftDeletes`. Return how many.

        Raises:
            ForeignKeyViolation: Other rows refer to one of them.
            TypeError: A record of the model is stored in several tables.
            ValueError: The query has no condition and no `all_rows()`.
        """
        refuse_several_tables(self._mapper)
        self._refuse_every_row("delete()")
        return await self._write(delete(self.model))

    @property
    def _name(self) -> str:
        return self.model.__name__

    def _changes[K: Key](self, values: Values[K]) -> dict[QueryableAttribute[Any], object]:
        """Return what the statement sets, with the next version of each row."""
        mapper = self._mapper
        version = {
            mapper.get_property_by_column(column).key: value
            for column, value in next_version(mapper).items()
        }
        changed = version | named(self.model, values)
        return {getattr(self.model, name): value for name, value in changed.items()}

    def _refuse_every_row(self, verb: str) -> None:
        clauses = self.clauses
        narrowed = clauses.scopes or clauses.conditions or clauses.having or clauses.is_cut
        if not (clauses.all_rows or narrowed or any(not join.outer for join in clauses.joins)):
            raise ValueError(
                f"{verb} without a condition would write every {self._name}: add where(...), "
                "or all_rows() if all are meant"
            )

    async def _write(self, statement: Update | Delete, deleted_at: datetime | None = None) -> int:
        seconds = self.clauses.timeout
        run = partial(self._execute_write, statement, deleted_at)
        async with writing(self.session, self.model.metadata):
            await self.session.flush()
            if seconds is None:
                return await run()
            return await within(self.session, self._mapper, seconds, run)

    async def _execute_write(self, statement: Update | Delete, deleted_at: datetime | None) -> int:
        session = self.session
        statement = statement.where(*self._rows())
        loaded = has_loaded(session, self.model)
        if isinstance(statement, Update) and (loaded or deleted_at is not None):
            keys = await self._update(statement)
            if deleted_at is not None:
                await cascade(session, self._mapper, keys, None, deleted_at)
            return len(keys)
        synchronize = "fetch" if loaded else False  # "fetch" removes the deleted ones
        options = {"synchronize_session": synchronize}
        result: Any = await session.execute(statement, execution_options=options)
        return int(result.rowcount)

    async def _update(self, statement: Update) -> list[tuple[object, ...]]:
        """Update rows, and the loaded records of them. Return their keys."""
        # SQLAlchemy's own synchronization expires computed values, which async code cannot load.
        statement = statement.execution_options(synchronize_session=False)
        found = await self.session.execute(statement.returning(*self._mapper.primary_key))
        keys = [tuple(row) for row in found]
        await read_again(self.session, self.model, keys)
        return keys
