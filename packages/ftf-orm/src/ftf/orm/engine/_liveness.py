"""Connections of PostgreSQL that have ended are replaced when they leave the pool."""

from time import monotonic

from sqlalchemy import Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

_TRUSTED_SECONDS = 0.5
_RETURNED = "ftf.orm returned"


def replace_ended_connections(engine: Engine) -> None:
    """Test a connection by a round trip before it is used, unless it was used a moment ago.

    asyncio closes a connection as soon as the server ends it, so that a look at it is enough; the
    round trip finds those that a network has dropped in silence. SQLAlchemy's `pool_pre_ping` makes
    three for each use. HikariCP trusts a connection as long (`aliveBypassWindowMs`,
    https://github.com/brettwooldridge/HikariCP).
    """

    def note_return(_: DBAPIConnection | None, entry: ConnectionPoolEntry) -> None:
        entry.info[_RETURNED] = monotonic()

    def test(
        connection: DBAPIConnection, entry: ConnectionPoolEntry, _: PoolProxiedConnection
    ) -> None:
        returned = entry.info.get(_RETURNED)
        if returned is None:  # it has just been made
            return
        if entry.driver_connection.is_closed():  # type: ignore[union-attr]  # asyncpg's
            raise InvalidatePoolError
        if monotonic() - returned > _TRUSTED_SECONDS and not _answers(engine, connection):
            raise InvalidatePoolError

    event.listen(engine, "checkin", note_return)
    event.listen(engine, "checkout", test)


def _answers(engine: Engine, connection: DBAPIConnection) -> bool:
    try:
        return engine.dialect.do_ping(connection)
    except engine.dialect.loaded_dbapi.Error:
        return False
