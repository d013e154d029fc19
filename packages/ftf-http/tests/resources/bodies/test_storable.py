"""Values of a body that a column does not hold are faults at their fields."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

import pytest
from catalogue import Model
from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel
from sqlalchemy import Numeric, SmallInteger, String, TypeDecorator
from sqlalchemy.orm import Mapped, mapped_column

from ftf.http import FastTrackFramework
from ftf.http.resources import ResourceController
from ftf.orm import Unique, UtcDateTime


class Word(TypeDecorator[str]):
    """A text without spaces."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: object) -> str | None:
        if value is not None and " " in value:
            raise ValueError(value)
        return value


class Event(Model):
    __tablename__ = "events"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(5))
    begins_at: Mapped[datetime | None] = mapped_column(UtcDateTime, unique=True)
    seats: Mapped[int] = mapped_column(SmallInteger, default=0)
    price: Mapped[Decimal | None]
    fee: Mapped[Decimal | None] = mapped_column(Numeric(6, 2))
    word: Mapped[str | None] = mapped_column(Word)


class EventIn(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel)
    name: str = "x"
    begins_at: Annotated[datetime | None, Unique(Event.begins_at)] = None
    seats: int = 0
    price: Decimal | None = None
    fee: Decimal | None = None
    word: str | None = None


class EventOut(BaseModel):
    id: int
    begins_at: datetime | None


class Events(ResourceController[Event, EventIn, EventOut]):
    prefix = "/events"

    async def storing(self, record: Event, body: EventIn) -> None:
        if body.seats == 7:
            record.begins_at = datetime(2026, 1, 1)  # noqa: DTZ001  # the subject


@pytest.fixture
async def shop(serving):
    app = FastTrackFramework()
    app.add_controller(Events)
    async with serving(app) as shop:
        await shop.save(Event(id=1000, name="x"))
        yield shop


async def test_a_time_without_a_zone_is_a_fault_at_its_field(shop):
    naive = {"beginsAt": "2026-01-01T00:00:00", "name": "y"}
    for answer in (
        await shop.client.post("/events", json=naive),
        await shop.client.patch("/events/1000", json=naive),
    ):
        assert answer.status_code == 422
        assert answer.json()["type"] == "/problems/validation"
        assert answer.json()["errors"] == [
            {
                "in": "body",
                "pointer": "/beginsAt",
                "code": "timezone_aware",
                "detail": "Input should have timezone info",
            }
        ]
        assert "datetime." not in answer.text
    aware = await shop.client.post("/events", json={"beginsAt": "2026-01-01T01:00:00+01:00"})
    assert aware.json()["begins_at"] == "2026-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"seats": 2**15}, "/seats", "not_storable"),
        ({"seats": 2**70}, "/seats", "not_storable"),
        ({"fee": "9999.995", "price": "1e30"}, "/fee", "not_storable"),
        ({"name": "\0"}, "/name", "not_storable"),
        ({"word": "a b"}, "/word", "not_storable"),
        ({"name": "longer"}, "/name", "string_too_long"),
        ({"seats": 1, "name": "longer", "price": "1"}, "/name", "string_too_long"),
    ],
)
async def test_what_a_column_does_not_hold_is_a_fault_at_its_field(shop, body, pointer, code):
    answer = await shop.client.post("/events", json=body)
    if answer.status_code == 201:  # SQLite stores what is longer than its column is said to be
        assert shop.engine.dialect.name == "sqlite"
        assert body != {"seats": 2**70}
        return
    found = [(each["pointer"], each["code"]) for each in answer.json()["errors"]]
    assert (answer.status_code, found) == (422, [(pointer, code)])


async def test_what_a_hook_sets_is_no_fault_of_the_body(shop):
    answer = await shop.client.post("/events", json={"seats": 7})
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/invalid-value")
