"""Deletion of records whose rows are missing."""

from collections.abc import Iterator, Sized
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Delete, event
from sqlalchemy.engine.interfaces import DBAPICursor, ExecutionContext
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import Mapper

from ..exceptions import StaleRecord


@contextmanager
def refusing_missing_rows(connection: AsyncConnection, mapper: Mapper[Any]) -> Iterator[None]:
    """Raise if a DELETE in the body does not find all of its rows; SQLAlchemy only warns.

    Raises:
        StaleRecord: Another transaction removed a record.
    """

    def check(
        _connection: Connection,
        cursor: DBAPICursor,
        _statement: str,
        parameters: Sized,
        context: ExecutionContext,
        many: bool,  # noqa: FBT001  # SQLAlchemy passes it by position
    ) -> None:
        expected = len(parameters) if many else 1
        run = context.compiled.statement if context.compiled else None
        is_missing = -1 < cursor.rowcount < expected
        if is_missing and isinstance(run, Delete) and run.table in mapper.tables:
            raise StaleRecord

    if not mapper.base_mapper.confirm_deleted_rows:
        yield
        return
    sync = connection.sync_connection
    event.listen(sync, "after_cursor_execute", check)
    try:
        yield
    finally:
        event.remove(sync, "after_cursor_execute", check)
