"""`database_time`: points in time by the clock of the database, which all workers share."""

from datetime import datetime
from typing import Any

from sqlalchemy import Float, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from ..models._timestamps import UtcDateTime


class DatabaseTime(FunctionElement[datetime]):
    """A point in time; the argument is the number of seconds from now."""

    type = UtcDateTime()
    inherit_cache = True


def database_time(seconds: str = "") -> DatabaseTime:
    """Return the time at which a statement runs, or a time after it.

    Args:
        seconds: The name of the parameter of the statement that has the seconds until then.
    """
    after = bindparam(seconds, type_=Float()) if seconds else bindparam(None, 0.0, type_=Float())
    return DatabaseTime(after)


@compiles(DatabaseTime, "postgresql")
def _on_postgres(element: DatabaseTime, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401  # as SQLAlchemy passes them
    # Not clock_timestamp(), which is volatile: no condition with it can use an index.
    after = compiler.process(element.clauses, **options)
    return f"(statement_timestamp() + make_interval(secs => {after}))"


@compiles(DatabaseTime, "sqlite")
def _on_sqlite(element: DatabaseTime, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401  # as SQLAlchemy passes them
    # In the format in which SQLAlchemy stores points in time, because SQLite compares texts.
    after = compiler.process(element.clauses, **options)
    return f"strftime('%Y-%m-%d %H:%M:%f000', 'now', ({after}) || ' seconds')"
