"""PostgreSQL URLs with libpq's parameters, translated into arguments of asyncpg."""

from collections.abc import Callable, Mapping
from urllib.parse import urlencode

from sqlalchemy import URL, event
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.ext.asyncio import AsyncEngine

# asyncpg reads these from a DSN only, not as arguments of `connect`.
_IN_DSN = frozenset(
    {
        "application_name",
        "options",
        "ssl_max_protocol_version",
        "ssl_min_protocol_version",
        "sslcert",
        "sslcrl",
        "sslkey",
        "sslmode",
        "sslnegotiation",
        "sslpassword",
        "sslrootcert",
    }
)
_TEXTS = frozenset(
    {"gsslib", "host", "krbsrvname", "passfile", "port", "ssl", "target_session_attrs"}
)
_NUMBERS: Mapping[str, Callable[[str], float]] = {
    "command_timeout": float,
    "max_cacheable_statement_size": int,
    "max_cached_statement_lifetime": int,
    "prepared_statement_cache_size": int,
    "statement_cache_size": int,
    "timeout": float,
}
_TIMEOUT = "connect_timeout"  # asyncpg calls it timeout


def connect_arguments(url: URL) -> dict[str, object]:
    """Return the arguments of `asyncpg.connect` for the query of a URL.

    Raises:
        ValueError: A name is unknown, or its value is not a number where one is needed.
    """
    query = {name: url.query[name] for name in url.query}
    given = {name: value if isinstance(value, str) else value[-1] for name, value in query.items()}
    in_dsn = {name: given[name] for name in sorted(_IN_DSN & given.keys())}
    arguments: dict[str, object] = {"dsn": f"postgresql://?{urlencode(in_dsn)}"} if in_dsn else {}
    for name, value in given.items():
        if name in _NUMBERS:
            arguments[name] = _number(name, value, _NUMBERS[name])
        elif name == _TIMEOUT:
            arguments["timeout"] = _number(name, value, float) or None  # libpq: 0 waits for ever
        elif name not in _IN_DSN | _TEXTS:
            known = ", ".join(sorted(_IN_DSN | _TEXTS | _NUMBERS.keys() | {_TIMEOUT}))
            raise ValueError(
                f"{name} in the URL is not a setting that asyncpg has: leave it out, or use one of "
                f"{known}"
            )
    return arguments


def leave_out_libpq_names(engine: AsyncEngine) -> None:
    """Make an engine leave out the names of its URL that are not arguments of `asyncpg.connect`."""

    def leave_out(_: Dialect, _entry: object, _unnamed: object, named: dict[str, object]) -> None:
        for name in (*_IN_DSN, _TIMEOUT):
            named.pop(name, None)

    event.listen(engine.sync_engine, "do_connect", leave_out)


def _number(name: str, value: str, kind: Callable[[str], float]) -> float:
    try:
        return kind(value)
    except ValueError:
        raise ValueError(f"{name} in the URL must be a number, not {value!r}") from None
