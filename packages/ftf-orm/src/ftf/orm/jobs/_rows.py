"""Envelopes as rows of the table of jobs."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import batched
from typing import Any, Final, cast

from sqlalchemy import (
    JSON,
    ColumnClause,
    ColumnElement,
    CursorResult,
    Executable,
    FromClause,
    Insert,
    Row,
    bindparam,
    column,
    func,
    insert,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from ftf.container.jobs import Envelope

from ..models._timestamps import UtcDateTime
from ._database_time import database_time
from ._tables import JOBS, SENT

CHANNEL: Final = "ftf_jobs"
_POSTGRES: Final = "postgresql"
_DUE: Final = func.coalesce(bindparam("due", type_=UtcDateTime()), database_time("wait"))
_NOTIFY: Final = func.pg_notify(CHANNEL, "")
_INSERT: Final = insert(JOBS).values(due_at=_DUE)
_INSERT_AND_NOTIFY: Final = _INSERT.returning(_NOTIFY)
_AT_ONCE: Final = 10_000  # a statement has an end, and so has the memory that it takes
_HOLDER: Final = select(JOBS.c.id).where(JOBS.c.unique_key == bindparam("unique"))


def _unless_taken(insertion: Any, *returned: ColumnElement[Any]) -> Insert:  # noqa: ANN401  # each dialect has a class of its own
    return cast(
        "Insert",
        insertion.values(due_at=_DUE)
        .on_conflict_do_nothing(index_elements=[JOBS.c.unique_key])
        .returning(JOBS.c.id, *returned),
    )


_INSERT_UNIQUE: Final = {
    _POSTGRES: _unless_taken(postgresql.insert(JOBS), _NOTIFY),
    "sqlite": _unless_taken(sqlite.insert(JOBS)),
}


def _json_rows(dialect: str, name: str, *columns: ColumnClause[Any]) -> FromClause:
    """Return a parameter of a statement as a table: a list of dictionaries, sent as one text.

    A driver that is given each value takes twice the time.

    Args:
        dialect: The name of the database.
        name: The name of the parameter.
        columns: The keys of the dictionaries, with the types of their values.
    """
    given = bindparam(name, type_=JSON())
    if dialect == _POSTGRES:
        rows = func.json_to_recordset(given).table_valued(*columns)
        return rows.render_derived(with_types=True)
    value = func.json_each(given).table_valued("value").c.value
    found = [func.json_extract(value, f"$.{each.name}").label(each.name) for each in columns]
    return select(*found).subquery()


def _insert_many(dialect: str) -> Insert:
    names = [each.name for each in JOBS.columns if each.name not in {"number", "due_at"}]
    columns = [column(name, JOBS.c[name].type) for name in names]
    rows = _json_rows(dialect, "jobs", *columns, column("due", UtcDateTime()))
    values = [*(rows.c[name] for name in names), func.coalesce(rows.c.due, database_time("wait"))]
    return insert(JOBS).from_select([*names, "due_at"], select(*values))


_INSERT_MANY: Final = {dialect: _insert_many(dialect) for dialect in (_POSTGRES, "sqlite")}


async def insert_jobs(
    database: AsyncSession | AsyncConnection,
    envelopes: Sequence[Envelope],
    dialect: str,
    sent_for: float = 0,
) -> list[str]:
    """Insert jobs, but none whose `unique` another one has.

    On PostgreSQL the commit wakes the workers that listen.

    Args:
        database: What runs the statements, in its transaction.
        envelopes: The jobs.
        dialect: The name of the database.
        sent_for: For how many seconds those that may run now are with a broker; 0 for without one.

    Returns:
        Their ids, or those of the jobs that have `unique`.
    """
    plain = [each for each in envelopes if not each.unique]
    if len(plain) == 1:
        notifies = dialect == _POSTGRES and not sent_for
        statement = _INSERT_AND_NOTIFY if notifies else _INSERT
        await _execute(database, statement, _values(plain[0], sent_for))
    elif plain:
        # SQLite compares texts, which are to look as SQLAlchemy writes them.
        zone = "Z" if dialect == _POSTGRES else ""
        for some in batched(plain, _AT_ONCE, strict=False):
            rows = [_as_json(each, sent_for, zone) for each in some]
            await _execute(database, _INSERT_MANY[dialect], {"jobs": rows, "wait": sent_for})
        await wake_workers(database, dialect, sent_for)
    return [
        await _insert_unique(database, each, dialect, sent_for) if each.unique else each.id
        for each in envelopes
    ]


async def wake_workers(
    database: AsyncSession | AsyncConnection, dialect: str, sent_for: float = 0
) -> None:
    """Wake the workers of all processes at the commit, where PostgreSQL can and no broker does."""
    if dialect == _POSTGRES and not sent_for:
        await _execute(database, select(_NOTIFY), {})


async def _insert_unique(
    database: AsyncSession | AsyncConnection, envelope: Envelope, dialect: str, sent_for: float
) -> str:
    # The other one may end between the two statements, which frees the text.
    while True:
        inserted = await _execute(database, _INSERT_UNIQUE[dialect], _values(envelope, sent_for))
        found = (
            inserted.scalar()
            or (await _execute(database, _HOLDER, {"unique": envelope.unique})).scalar()
        )
        if found:
            return str(found)


async def _execute(
    database: AsyncSession | AsyncConnection, statement: Executable, given: Mapping[str, object]
) -> CursorResult[Any]:
    if isinstance(database, AsyncConnection):
        return await database.execute(statement, given)
    # Past `session.execute`, which takes an eighth of the time, to look for entities.
    where = {"clause": statement}
    return await database.run_sync(
        lambda session: session.connection(bind_arguments=where).execute(statement, given)
    )


def _as_json(envelope: Envelope, sent_for: float, zone: str) -> dict[str, object]:
    """Return the values of a row as what JSON can write."""
    due = None if envelope.due is None else _written(envelope.due, zone)
    times = {"enqueued_at": _written(envelope.enqueued_at, zone), "due": due}
    return _values(envelope, sent_for) | times


def _written(time: datetime, zone: str) -> str:
    return time.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds") + zone


def _values(envelope: Envelope, sent_for: float) -> dict[str, object]:
    is_sent = bool(sent_for) and envelope.due is None
    return {
        "id": envelope.id,
        "name": envelope.name,
        "queue": envelope.queue,
        "payload": json.dumps(envelope.payload),
        "headers": json.dumps(dict(envelope.headers)) if envelope.headers else "{}",
        "chain": None if envelope.chain is None else json.dumps(envelope.chain),
        "batch": envelope.batch or None,
        "unique_key": envelope.unique or None,
        "attempt": envelope.attempt,
        "crashes": envelope.crashes,
        "enqueued_at": envelope.enqueued_at,
        "due": envelope.due,
        "wait": sent_for if is_sent else 0.0,
        "token": SENT if is_sent else None,
    }


def envelope_of(row: Row[Any]) -> Envelope:
    """Return the job of a row of one of the tables.

    A payload that is not JSON becomes a text, which fits no class of jobs: the runner fails it.
    """
    return Envelope(
        row.id,
        row.name,
        _read(row.payload),
        row.queue,
        row.enqueued_at,
        unique=row.unique_key or "",
        attempt=row.attempt,
        crashes=row.crashes,
        headers=_read(row.headers),
        chain=None if row.chain is None else _read(row.chain),
        batch=row.batch or "",
    )


def _read(text: str) -> Any:  # noqa: ANN401  # JSON
    try:
        return json.loads(text)
    except ValueError:
        return text
