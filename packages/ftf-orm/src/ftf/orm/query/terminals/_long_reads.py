"""The terminals that read any number of records in little memory."""

from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncResult
from sqlalchemy.orm import DeclarativeBase

from ...exceptions import TransactionMisuse
from ...transactions._operation import read
from ...transactions._routing import using_primary
from ..statement._numbers import at_least
from ..statement.cursors._cursor import Cursor
from ..statement.loads._eager_load import tree
from ._pages import Pages


@dataclass(frozen=True, slots=True)
class LongReads[T: DeclarativeBase](Pages[T]):
    """The terminals that read any number of records in little memory."""

    def chunk(self, size: int = 1_000) -> AsyncGenerator[list[T]]:
        """Yield the records in lists, in the order of the query: one SELECT for each list.

        Each list continues behind the last record of the one before, so that no record is left out
        or yielded twice because others are stored or deleted meanwhile. A record whose columns
        of the order change meanwhile can be: use `chunk_by_id`.

        Args:
            size: How many records a list has, the last one excepted.

        Raises:
            TypeError: The size is not an integer, or the order is by a type without cursors.
            ValueError: The size is below 1, or the query has groups.
        """
        return self._chunks(at_least(1, size, "size"), "chunk")

    def chunk_by_id(self, size: int = 1_000) -> AsyncGenerator[list[T]]:
        """Yield the records in lists, in the order of their primary keys: one SELECT for each.

        Each list begins behind the last key of the one before, so that the loop may change all
        other columns, also those of the conditions, and delete records.

        Args:
            size: How many records a list has, the last one excepted.

        Raises:
            TypeError: The size is not an integer.
            ValueError: The size is below 1, or the query has an order or groups.
        """
        if self.clauses.order:
            raise ValueError("chunk_by_id() sorts by the primary key: leave order_by() out")
        return self._chunks(at_least(1, size, "size"), "chunk_by_id")

    def stream(self, size: int = 1_000) -> AsyncGenerator[T]:
        """Yield the records one by one, from one SELECT that stays open in the database.

        The loop may leave early, and may read and write in the session, but not commit or roll
        back: a repository commits each write unless a `transaction` is open around the loop.

        Args:
            size: How many records are read, and eager loaded, at once.

        Raises:
            TransactionMisuse: The loop has ended the transaction.
            TypeError: The size is not an integer.
            ValueError: The size is below 1, the query has a timeout, or a collection is loaded by a
                join.
        """
        if self.clauses.timeout is not None:
            raise ValueError("stream() has no time limit: leave timeout() out, or use chunk()")
        if collection := next(self._joined_collections(), None):
            raise ValueError(
                f"stream() cannot load {collection} by a join, which takes several rows for a "
                "record: use with_(), or read with chunk()"
            )
        return self._streamed(at_least(1, size, "size"))

    def _joined_collections(self) -> Iterator[object]:
        for step in tree(self.clauses.loads).values():
            if step.strategy == "joinedload" and step.relation.property.uselist:
                yield step.relation
        for mapper in self._mapper.self_and_descendants:
            for known in mapper.relationships:
                if known.lazy in {"joined", False} and known.uselist:
                    yield known

    async def _chunks(self, size: int, method: str) -> AsyncGenerator[list[T]]:
        keyset, left = self._keyset(method), self.clauses.limit
        query, at = self, None
        while (count := size if left is None else min(size, left)) > 0:
            records, values = await query._around(at, keyset, count)
            if records:
                yield records
            if len(records) < count:
                return
            left = None if left is None else left - count
            at, query = Cursor(values[-1]), self._with(self.clauses.whole)

    async def _streamed(self, size: int) -> AsyncGenerator[T]:
        statement = self.statement()
        # No yield_per: before SQLAlchemy 2.1 it reaches the SELECTs of eager loads, which fail.
        # fetchmany() reads and loads as many of an open cursor.
        with using_primary():  # a cursor needs a transaction, and replicas commit each statement
            result: AsyncResult[Any] = await self._run(lambda: self.session.stream(statement))
        begun = self.session.sync_session.get_transaction()
        try:
            while True:
                loaded = self._loaded_before()  # by the loop too
                rows = await read(self.session, lambda: result.fetchmany(size))
                if not rows:
                    return
                records, _ = self._separated(rows)
                await self._complete(records, loaded)
                for record in records:
                    yield record
                    if self.session.sync_session.get_transaction() is not begun:
                        raise TransactionMisuse(
                            "the loop has ended the transaction that stream() reads in: write in "
                            "a transaction() around it, or read with chunk_by_id()"
                        )
        finally:
            await result.close()
