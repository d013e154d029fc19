"""`create_engine`: engines with the settings that their database needs."""

from collections.abc import Iterable
from importlib.util import find_spec
from uuid import uuid4

from sqlalchemy import URL, AsyncAdaptedQueuePool, NullPool, StaticPool, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from ..exceptions import MissingDriver
from . import _postgres  # noqa: F401  # it listens to every engine
from ._forks import leave_to_other_processes
from ._in_memory import can_be_shared, is_in_memory, share_memory
from ._liveness import replace_ended_connections
from ._postgres_url import connect_arguments, leave_out_libpq_names
from ._replicas import add_replicas
from ._sqlite import RollingBackConnection, prepare_sqlite

_DRIVERS = {
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
    "sqlite": "sqlite+aiosqlite",
}
_EXTRAS = {"aiosqlite": "sqlite", "asyncpg": "postgres"}


def create_engine(
    url: str | URL,
    *,
    pgbouncer: bool = False,
    replicas: Iterable[str | URL] = (),
    **options: object,
) -> AsyncEngine:
    """Create an engine with an async driver and the settings that its database needs.

    Args:
        url: The URL of the database; `sqlite://` and `postgresql://` get an async driver. The query
            of a PostgreSQL URL may have the names of libpq: `?sslmode=require`.
        pgbouncer: Whether connections go through PgBouncer: it pools them then, and no prepared
            statement outlives its transaction.
        replicas: The URLs of read replicas, which sessions of `session_factory` read from.
        options: Arguments of SQLAlchemy's `create_async_engine`; they replace the defaults.

    Raises:
        MissingDriver: The driver for the database is not installed.
        TypeError: replicas is one URL instead of several.
        ValueError: PgBouncer is not for this database, a replica is of another kind of database,
            or a URL has an unknown name.
    """
    engine = _create(with_async_driver(url), options, pgbouncer=pgbouncer)
    if isinstance(replicas, str | URL):
        raise TypeError(f"replicas must be several URLs, not one: write [{replicas!r}]")
    if urls := [with_async_driver(replica) for replica in replicas]:
        for replica in urls:
            if replica.get_backend_name() != engine.dialect.name:
                kind = replica.get_backend_name()
                raise ValueError(f"a replica of {engine.dialect.name} cannot be {kind}")
        # AUTOCOMMIT: a transaction of reads would keep a snapshot, and its COMMIT could fail
        # after that of the primary.
        own = {**options, "isolation_level": "AUTOCOMMIT"}
        add_replicas(engine, [_create(replica, own, pgbouncer=pgbouncer) for replica in urls])
    return engine


def _create(url: URL, options: dict[str, object], *, pgbouncer: bool) -> AsyncEngine:
    if pgbouncer and url.get_backend_name() != "postgresql":
        raise ValueError(f"PgBouncer is for PostgreSQL, not for {url.get_backend_name()}")
    is_asyncpg = url.get_driver_name() == "asyncpg"
    if pgbouncer:
        defaults = _pgbouncer_defaults()
    elif url.get_backend_name() == "sqlite":
        defaults = _sqlite_defaults(url)
    else:
        defaults = {"pool_pre_ping": not is_asyncpg}
    arguments = {
        **_mapping(defaults, "connect_args"),
        **(connect_arguments(url) if is_asyncpg else {}),
        **_mapping(options, "connect_args"),
    }
    engine = create_async_engine(url, **{**defaults, **options, "connect_args": arguments})
    leave_to_other_processes(engine.sync_engine)
    if is_asyncpg:
        leave_out_libpq_names(engine)
        if "pool_pre_ping" not in options:
            replace_ended_connections(engine.sync_engine)
    if engine.dialect.name == "sqlite":
        prepare_sqlite(engine)
        if can_be_shared(url) and not isinstance(engine.pool, StaticPool):
            share_memory(engine)
    return engine


def with_async_driver(url: str | URL) -> URL:
    """Return a URL with an async driver, unless it names a driver.

    Raises:
        MissingDriver: The driver is not installed.
    """
    url = make_url(url)
    url = url.set(drivername=_DRIVERS.get(url.drivername, url.drivername))
    driver = url.drivername.rpartition("+")[2]
    if driver in _EXTRAS and find_spec(driver) is None:
        raise MissingDriver(driver, _EXTRAS[driver])
    return url


def _mapping(options: dict[str, object], name: str) -> dict[str, object]:
    found = options.get(name, {})
    if not isinstance(found, dict):
        raise TypeError(f"{name} must be a dict, not {found!r}")
    return found


def _sqlite_defaults(url: URL) -> dict[str, object]:
    # isolation_level=None: sqlite3 begins no transaction by itself, `_begin_to_write` does.
    arguments: dict[str, object] = {
        "factory": RollingBackConnection,
        "isolation_level": None,
        "timeout": 15.0,
    }
    has_one = is_in_memory(url) and not can_be_shared(url)
    pool = StaticPool if has_one else AsyncAdaptedQueuePool
    return {"connect_args": arguments, "poolclass": pool, "pool_reset_on_return": None}


def _pgbouncer_defaults() -> dict[str, object]:
    arguments = {
        "statement_cache_size": 0,
        "prepared_statement_cache_size": 0,
        "prepared_statement_name_func": lambda: f"__asyncpg_{uuid4()}__",
    }
    return {"poolclass": NullPool, "connect_args": arguments}
