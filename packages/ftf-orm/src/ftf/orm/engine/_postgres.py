"""Commits on PostgreSQL: a COMMIT that the server answers with ROLLBACK raises."""

from functools import cache
from typing import Any

from sqlalchemy import Dialect, Engine, event
from sqlalchemy.pool import ConnectionPoolEntry


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


event.listen(Engine, "do_connect", _connect)  # engines that were not made by `create_engine` too
