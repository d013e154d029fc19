"""The engine that tests use, unless a project makes its own."""

from importlib.util import find_spec

from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine


def make_engine(url: str) -> AsyncEngine | Engine:
    """Return an engine of `ftf.orm` where it is installed, else of SQLAlchemy.

    SQLite's connections check foreign keys, as PostgreSQL does.
    """
    if not make_url(url).get_dialect().is_async:
        engine = create_engine(url)
        _check_foreign_keys(engine)
        return engine
    if find_spec("ftf.orm") is not None:
        from ftf.orm import create_engine as create_ours

        return create_ours(url)
    plain = create_async_engine(url)
    _check_foreign_keys(plain.sync_engine)
    return plain


def _check_foreign_keys(engine: Engine) -> None:
    def check(connection: DBAPIConnection, _: object) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", check)
