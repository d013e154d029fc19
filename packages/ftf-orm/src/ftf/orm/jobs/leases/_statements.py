"""The statements by which jobs are claimed and settled."""

from typing import Final

from sqlalchemy import (
    ColumnElement,
    Integer,
    Text,
    any_,
    bindparam,
    case,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.dml import ReturningDelete, ReturningUpdate

from .._database_time import database_time
from .._tables import FAILED_JOBS, JOBS, SENT


def _claim(*conditions: ColumnElement[bool]) -> ReturningUpdate[tuple[object, ...]]:
    # In a common table expression, because PostgreSQL may run a subquery once for each row.
    due = (
        select(JOBS.c.number)
        .where(JOBS.c.due_at <= database_time(), *conditions)
        .order_by(JOBS.c.due_at, JOBS.c.number)
        .limit(bindparam("limit", type_=Integer()))
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    is_lost = case((JOBS.c.token.is_(None), 0), (JOBS.c.token == SENT, 0), else_=1)
    return (
        update(JOBS)
        .where(JOBS.c.number.in_(select(due.c.number)))
        .values(
            token=bindparam("token_"),
            crashes=JOBS.c.crashes + is_lost,
            due_at=database_time("seconds"),
        )
        .returning(*JOBS.c)
    )


def _is_one_of(dialect: str, value: ColumnElement[str], name: str) -> ColumnElement[bool]:
    """Return whether a value is one of a parameter, which is a list."""
    if dialect == "postgresql":  # one text of the statement, and one plan, for any number
        return value == any_(bindparam(name, type_=ARRAY(Text())))
    return value.in_(bindparam(name, expanding=True))


def _delete_claims(dialect: str) -> ReturningDelete[tuple[object, ...]]:
    claim = JOBS.c.id + JOBS.c.token
    # By the ids as well, which have an index.
    found = _is_one_of(dialect, JOBS.c.id, "ids"), _is_one_of(dialect, claim, "claims")
    return delete(JOBS).where(*found).returning(claim)


_OF_QUEUES: Final = JOBS.c.queue.in_(bindparam("queues", expanding=True))
_NEXT: Final = select(JOBS.c.due_at, database_time()).order_by(JOBS.c.due_at).limit(1)
NEXT_OF: Final = {False: _NEXT, True: _NEXT.where(_OF_QUEUES)}  # by whether there are queues
CLAIM_OF: Final = {False: _claim(), True: _claim(_OF_QUEUES)}
_CLAIMED: Final = (JOBS.c.id == bindparam("id_")) & (JOBS.c.token == bindparam("token_"))
DELETE: Final = delete(JOBS).where(_CLAIMED)
DELETE_CLAIMS: Final = {dialect: _delete_claims(dialect) for dialect in ("postgresql", "sqlite")}
FREE: Final = update(JOBS).where(_CLAIMED).values(token=None, due_at=database_time("after"))
RETRY: Final = FREE.values(attempt=JOBS.c.attempt + 1)
_COPIED: Final = [each.name for each in FAILED_JOBS.columns if each.name in JOBS.c]
FAIL: Final = insert(FAILED_JOBS).from_select(
    [*_COPIED, "failed_at", "error", "traceback"],
    select(
        *(JOBS.c[name] for name in _COPIED),
        database_time(),
        bindparam("error_", type_=Text()),
        bindparam("traceback_", type_=Text()),
    ).where(_CLAIMED),
)
_HELD: Final = JOBS.c.id.in_(bindparam("ids", expanding=True)) & JOBS.c.token.in_(
    bindparam("tokens", expanding=True)
)
# Not those that are being settled: each would wait for rows that the other one has locked.
_NOT_SETTLED: Final = select(JOBS.c.number).where(_HELD).with_for_update(skip_locked=True)
RENEW: Final = (
    update(JOBS).where(JOBS.c.number.in_(_NOT_SETTLED)).values(due_at=database_time("seconds"))
)
_SENT: Final = JOBS.c.id.in_(bindparam("ids", expanding=True)) & (JOBS.c.token == SENT)
TAKE: Final = (
    update(JOBS)
    .where(_SENT)
    .values(token=bindparam("token_"), due_at=database_time("seconds"))
    .returning(*JOBS.c)
)
TAKE_BACK: Final = update(JOBS).where(_SENT).values(token=None, due_at=database_time("seconds"))
