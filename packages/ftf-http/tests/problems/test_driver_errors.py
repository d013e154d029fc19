"""Errors of SQLAlchemy's own, which a unit of work raises when it is settled."""

import pytest
from sqlalchemy.exc import IntegrityError, InternalError
from sqlalchemy.orm.exc import StaleDataError
from units_of_work import FailingUnit

from ftf.container import UnitsOfWork
from ftf.http import FastTrackFramework, Injected


class Said(Exception):  # noqa: N818  # a driver's
    def __init__(self, code: str) -> None:
        super().__init__("no text for clients")
        self.sqlstate = code


ERRORS = [
    (IntegrityError("INSERT", {}, Said("23505")), 409),
    (StaleDataError(), 409),
    (InternalError("SELECT", {}, Said("25P02")), 500),
    (InternalError("SELECT", {}, Said("XX000")), 500),
]


@pytest.mark.parametrize("where", ["commit", "handler"])
@pytest.mark.parametrize(("error", "status"), ERRORS)
async def test_they_are_answered_like_the_typed_error(serve, error, status, where):
    app = FastTrackFramework()

    @app.post("/")
    async def sign_up(units: Injected[UnitsOfWork]) -> str:
        if where == "handler":
            raise error
        units.add(FailingUnit(error))
        return "welcome"

    async with serve(app) as client:
        response = await client.post("/")
    assert response.status_code == status
    assert "no text for clients" not in response.text


def test_they_need_ftf_orm(monkeypatch):
    monkeypatch.setattr("ftf.http.problems._driver_errors.find_spec", lambda _: None)
    assert IntegrityError not in FastTrackFramework().exception_handlers
