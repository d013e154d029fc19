"""Connections of PostgreSQL that raise where those of the driver are silent, or not clear."""

from functools import cache
from typing import Any

from sqlalchemy import Dialect, Engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.pool import ConnectionPoolEntry

from ..exceptions import WrongEventLoop


@cache
def _answering(connection_class: type[Any]) -> type[Any]:
    """Return a class of connections that raise where PostgreSQL answers COMMIT with ROLLBACK.

    The server does so after a failed statement, and asyncpg does not raise
    (https://www.postgresql.org/docs/current/sql-commit.html).
    """
    # The driver of an extra, which has no types.
    from asyncpg import InFailedSQLTransactionError  # type: ignore[import-untyped]  # noqa: PLC0415

    class Answering(connection_class):  # type: ignore[misc]  # of the driver, or of the user
        __slots__ = ()

        async def execute(self, query: str, *arguments: object, **options: object) -> str:
            answer: str = await super().execute(query, *arguments, **options)
            if answer == "ROLLBACK" and query == "COMMIT;":  # of the driver's own transaction
                raise InFailedSQLTransactionError("a statement failed before")
            return answer

    return Answering


def _connect(
    dialect: Dialect, _: ConnectionPoolEntry, _arguments: object, options: dict[str, Any]
) -> None:
    if dialect.driver == "asyncpg":
        from asyncpg import Connection  # noqa: PLC0415

        options["connection_class"] = _answering(options.get("connection_class", Connection))


def _refuse_other_loops(context: ExceptionContext) -> None:
    error = context.original_exception
    # asyncio has no type for it.
    if isinstance(error, RuntimeError) and "attached to a different loop" in str(error):
        raise WrongEventLoop from error


event.listen(Engine, "handle_error", _refuse_other_loops)
event.listen(Engine, "do_connect", _connect)  # engines that were not made by `create_engine` too
