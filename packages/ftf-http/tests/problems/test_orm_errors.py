"""What ftf-orm raises, as responses."""

import sys

import pytest

from ftf.http import FastTrackFramework
from ftf.orm import (
    Base,
    CheckViolation,
    ConstraintViolation,
    CursorError,
    DatabaseBusy,
    DatabaseUnavailable,
    Deadlock,
    DuplicateRecord,
    ForeignKeyViolation,
    InvalidArgument,
    InvalidValue,
    NotNullViolation,
    QueryTimeout,
    RecordNotFound,
    StaleRecord,
)


class Ticket(Base):
    __abstract__ = True


async def answer_to(error: Exception, serve, **options):
    app = FastTrackFramework(**options)

    @app.get("/")
    async def fail() -> None:
        raise error

    async with serve(app) as client:
        return await client.get("/")


@pytest.mark.parametrize(
    ("error", "status", "detail"),
    [
        (RecordNotFound(Ticket), 404, "Ticket not found"),
        (DuplicateRecord(("seat",)), 409, "Another record already has the same seat"),
        (ForeignKeyViolation(("show_id",)), 409, "A record refers to a missing one"),
        (ConstraintViolation(("days",), "one_at_a_time"), 409, "conflicts with a stored one"),
        (StaleRecord(), 409, "changed or removed meanwhile"),
        (CheckViolation((), "ck_seats"), 422, "does not meet the check ck_seats"),
        (NotNullViolation(("seat",)), 422, "A record needs a value for seat"),
        (CursorError("x"), 400, "begin without a cursor"),
        (InvalidValue("value out of int32 range"), 422, "value out of int32 range"),
        (QueryTimeout(2), 503, "The query took longer than 2 seconds"),
        (InvalidArgument("page", "page must be at least 1"), 422, "page must be at least 1"),
        (Deadlock(), 503, "in a deadlock with another one"),
    ],
)
async def test_errors_of_the_orm_have_their_status(serve, error, status, detail):
    answer = await answer_to(error, serve)
    assert answer.status_code == status
    assert detail in answer.json()["detail"]
    plain = await answer_to(error, serve, problem_details=False)
    assert (plain.status_code, plain.json()) == (status, {"detail": str(error)})


async def test_a_violation_names_its_columns_for_programs(serve):
    answer = await answer_to(DuplicateRecord(("name", "born")), serve)
    assert answer.json()["columns"] == ["name", "born"]
    assert "columns" not in (await answer_to(CheckViolation((), "ck_seats"), serve)).json()


@pytest.mark.parametrize("problem_details", [True, False])
async def test_what_can_be_tried_again_says_when(serve, problem_details):
    answer = await answer_to(DatabaseBusy(), serve, problem_details=problem_details)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")


@pytest.mark.parametrize("problem_details", [True, False])
async def test_a_database_that_cannot_be_reached_is_for_the_log(serve, caplog, problem_details):
    answer = await answer_to(DatabaseUnavailable(), serve, problem_details=problem_details)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "database" not in answer.text
    (record,) = (record for record in caplog.records if record.name == "ftf.http")
    assert isinstance(record.exc_info[1], DatabaseUnavailable)


def test_the_orm_is_not_needed(monkeypatch):
    monkeypatch.setitem(sys.modules, "ftf.orm", None)
    assert RecordNotFound not in FastTrackFramework().exception_handlers
