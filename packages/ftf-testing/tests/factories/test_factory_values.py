"""The generated values of the columns of a row."""

import enum
import sys
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import (
    JSON,
    Computed,
    DateTime,
    Enum,
    ForeignKey,
    Identity,
    Index,
    Numeric,
    String,
    TypeDecorator,
    Uuid,
    func,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    MappedAsDataclass,
    column_property,
    composite,
    mapped_column,
)
from sqlalchemy.types import UserDefinedType

from ftf.testing import Factory, FactoryError


class Base(DeclarativeBase): ...


class Size(enum.Enum):
    SMALL = 1
    LARGE = 2


class Utc(TypeDecorator[datetime]):
    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: object) -> datetime | None:
        assert value is None or value.tzinfo
        return value


class Short(TypeDecorator[str]):
    impl = String(3)
    cache_ok = True


class Code(TypeDecorator[str]):
    impl = Short
    cache_ok = True


class Json(TypeDecorator[dict[str, Any]]):
    impl = JSON
    cache_ok = True


class Money(TypeDecorator[Decimal]):
    impl = String
    cache_ok = True
    python_type = Decimal

    def process_bind_param(self, value: Decimal | None, dialect: object) -> str:
        return f"{value:.2f}"


class Thing(Base):
    __tablename__ = "things"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(5))
    text: Mapped[str] = mapped_column()
    size: Mapped[Size]
    colour: Mapped[str] = mapped_column(Enum("red", "blue", name="colour"))
    price: Mapped[Decimal] = mapped_column(Numeric(8, 2))
    weight: Mapped[float]
    number: Mapped[int]
    on: Mapped[bool]
    day: Mapped[date]
    moment: Mapped[datetime]
    aware: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    clock: Mapped[time]
    length: Mapped[timedelta]
    raw: Mapped[bytes]
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    words: Mapped[list[str]] = mapped_column(ARRAY(String(3)))
    utc: Mapped[datetime] = mapped_column(Utc)
    code: Mapped[str] = mapped_column(Code)
    json: Mapped[dict[str, Any]] = mapped_column(Json)
    money: Mapped[Decimal] = mapped_column(Money)
    key: Mapped[str] = mapped_column(Uuid(as_uuid=False))
    maybe: Mapped[str | None]
    given: Mapped[str] = mapped_column(default="given")
    served: Mapped[datetime] = mapped_column(server_default=func.now())
    computed: Mapped[int] = mapped_column(Computed("number + 1"))
    identity: Mapped[int] = mapped_column(Identity())
    shout = column_property(text + "!")


class Animal(Base):
    __tablename__ = "animals"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column()
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"polymorphic_on": kind, "version_id_col": version}  # noqa: RUF012


class Dog(Animal):
    __tablename__ = "dogs"
    id: Mapped[int] = mapped_column(ForeignKey("animals.id"), primary_key=True)
    name: Mapped[str]
    __mapper_args__ = {"polymorphic_identity": "dog"}  # noqa: RUF012


class Unique(Base):
    __tablename__ = "uniques"
    id: Mapped[int] = mapped_column(primary_key=True)
    digit: Mapped[str] = mapped_column(String(1), unique=True)
    colour: Mapped[str] = mapped_column(Enum("red", "blue", name="colour"))
    __table_args__ = (Index("one_of_each", "colour", unique=True),)


class Seat(Base):
    __tablename__ = "seats"
    row: Mapped[str] = mapped_column(String(1), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


@dataclass
class Point:
    x: int
    y: int


class Account(Base):
    __tablename__ = "accounts"
    id: Mapped[int] = mapped_column(primary_key=True)
    hash: Mapped[str]
    home: Mapped[Point] = composite(mapped_column("x"), mapped_column("y"))

    @property
    def word(self) -> str:
        raise NotImplementedError

    @word.setter
    def word(self, word: str) -> None:
        self.hash = f"hash of {word}"


class Data(MappedAsDataclass, Base):
    __tablename__ = "data"
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    other_id: Mapped[int] = mapped_column(ForeignKey("data.id"))
    maybe: Mapped[str | None]
    name: Mapped[str]
    level: Mapped[int] = mapped_column(default=3)
    words: Mapped[list[str]] = mapped_column(JSON, default_factory=list)


class Place(UserDefinedType):
    cache_ok = True


class Town(Base):
    __tablename__ = "towns"
    id: Mapped[int] = mapped_column(primary_key=True)
    place: Mapped[str] = mapped_column(Place)


class ThingFactory(Factory[Thing]): ...


class DogFactory(Factory[Dog]): ...


class UniqueFactory(Factory[Unique]): ...


class SeatFactory(Factory[Seat]): ...


class AccountFactory(Factory[Account]): ...


class DataFactory(Factory[Data]): ...


class TownFactory(Factory[Town]): ...


STORED = ["price", "aware", "words", "data", "utc", "code", "json", "key"]


async def test_a_row_of_made_up_values_is_stored_and_comes_back(postgres_url):
    engine = create_async_engine(postgres_url)
    async with engine.connect() as connection, AsyncSession(connection) as session:
        await connection.run_sync(Thing.__table__.create)
        thing = await ThingFactory(session).create()
        made = {name: getattr(thing, name) for name in STORED}
        assert type(thing.id) is UUID
        await session.refresh(thing)
        assert {name: getattr(thing, name) for name in made} == made
        await connection.rollback()
    await engine.dispose()
    assert len(thing.name) == 5
    assert thing.colour in {"red", "blue"}
    assert (thing.maybe, thing.given, thing.computed) == (None, "given", thing.number + 1)


def test_what_the_mapper_or_a_dataclass_sets_is_left_alone():
    dog = DogFactory().make()
    assert (dog.kind, dog.version, dog.id) == ("dog", None, None)
    assert dog.name
    data = DataFactory().make()
    assert (data.level, data.words, data.other_id, data.maybe) == (3, [], None, None)
    assert {field.name for field in fields(data)} >= {"id", "name", "level", "words"}
    assert data.name


def test_a_dataclass_is_given_what_its_init_does_not_take():
    assert DataFactory().make(id=7, other_id=8).id == 7
    with pytest.raises(TypeError, match="nam"):
        DataFactory().make(nam="a")


def test_what_is_given_counts_for_the_columns_it_sets():
    account = AccountFactory().make(word="open", home=Point(1, 2))
    assert (account.hash, account.x, account.y) == ("hash of open", 1, 2)
    assert AccountFactory().make(x=3).home.x == 3


def test_unique_values_come_once():
    assert {each.colour for each in UniqueFactory().make_many(2)} == {"red", "blue"}
    message = "No more values can be generated for Unique.colour, which is unique. .* its `number`"
    with pytest.raises(FactoryError, match=message):
        UniqueFactory().make()


def test_values_that_are_unique_together_differ_where_one_of_them_can():
    seats = SeatFactory().make_many(1000)
    assert len({(seat.row, seat.number) for seat in seats}) == 1000
    assert len({seat.row for seat in seats}) < 1000


def test_a_type_nobody_knows_is_named():
    message = r"No value of type Place\(\) can be generated for Town.place. Put one into"
    with pytest.raises(FactoryError, match=message):
        TownFactory().make()
    assert TownFactory().make(place="a").place == "a"


def test_without_polyfactory_the_remedies_are_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "ftf.testing.factories._polyfactory", None)
    message = (
        r"Data.name needs a value. Put one into `definition`, or install ftf-testing\[factories\]"
    )
    with pytest.raises(FactoryError, match=message):
        DataFactory().make()
    assert DataFactory().make(name="a").name == "a"
    assert AccountFactory().make(hash="a", home=Point(1, 2)).home == Point(1, 2)
