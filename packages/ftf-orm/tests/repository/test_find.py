"""Records by their keys, as `session.get` finds them."""

from collections.abc import AsyncIterator
from typing import ClassVar

import pytest
from bookshop import Author, Shelf
from sqlalchemy import MetaData, inspect
from sqlalchemy.ext.declarative import AbstractConcreteBase
from sqlalchemy.orm import Mapped, mapped_column
from staff import Colleague, Engineer, Firm, Gadget, Manager

from ftf.orm import Base, Repository, transaction


class Vehicle(AbstractConcreteBase, Base):
    metadata = MetaData()
    id: Mapped[int] = mapped_column(primary_key=True)


class Boat(Vehicle):
    __tablename__ = "boats"
    __mapper_args__: ClassVar = {"polymorphic_identity": "boat", "concrete": True}


class Train(Vehicle):
    __tablename__ = "trains"
    __mapper_args__: ClassVar = {"polymorphic_identity": "train", "concrete": True}


class Clock(Base):
    __tablename__ = "clocks"
    __mapper_args__: ClassVar = {"always_refresh": True}
    metadata = Vehicle.metadata
    id: Mapped[int] = mapped_column(primary_key=True)
    hour: Mapped[int] = mapped_column(server_default="12")


@pytest.fixture
async def stored(engine, session) -> AsyncIterator[None]:
    Vehicle.registry.configure()
    async with engine.begin() as connection:
        await connection.run_sync(Vehicle.metadata.create_all)
    firm = Firm(id=1, name="Acme")
    engineer = Engineer(id=1, grade=2, firm=firm, gadgets=[Gadget(name="a"), Gadget(name="b")])
    shelf = Shelf(room="attic", number=1)
    session.add_all(
        [engineer, Manager(id=2, firm=firm), shelf, Boat(id=1), Train(id=2), Clock(id=1)]
    )
    await session.commit()
    session.expunge_all()
    yield
    await session.rollback()
    async with engine.begin() as connection:
        await connection.run_sync(Vehicle.metadata.drop_all)


@pytest.mark.parametrize(
    ("model", "key"),
    [
        *((model, key) for model in (Colleague, Engineer, Manager) for key in (1, 2, 3)),
        *((model, key) for model in (Vehicle, Boat, Train) for key in (1, 2, 3)),
        *((Shelf, ("attic", number)) for number in (1, 2)),
    ],
)
async def test_a_record_is_found_as_by_session_get(session, stored, model, key):
    expected = await session.get(model, key)
    loaded = expected and {*inspect(expected).dict}
    session.expunge_all()
    for _ in range(2):  # from the database, and from the session
        found = await Repository(session, model).find(key)
        assert (type(found), found and {*inspect(found).dict}) == (type(expected), loaded)
    assert found is await session.get(model, key)


async def test_a_record_of_the_session_is_not_found_as_one_of_another_model(session, stored):
    assert await Repository(session, Colleague).find(2) is await session.get(Manager, 2)
    assert await Repository(session, Engineer).find(2) is None


async def test_a_record_that_is_read_whenever_it_is_loaded_is_read(session, stored, statements):
    clocks = Repository(session, Clock)
    clock = await clocks.find(1)
    statements.clear()
    assert await clocks.find(1) is clock
    assert len(statements) == 1


async def test_a_record_that_is_stored_by_the_flush_is_found_with_its_defaults(session, stored):
    session.add(clock := Clock(id=2))
    assert await Repository(session, Clock).find(2) is clock
    assert inspect(clock).dict["hour"] == 12


async def test_a_record_that_expired_is_read_again(authors, session):
    ada = await authors.create(Author(name="Ada", born=1815))
    key = ada.id
    for names in (None, ["name"]):
        session.expire(ada, names)
        assert await authors.find(key) is ada
        assert inspect(ada).dict["name"] == "Ada"


async def test_a_record_that_the_transaction_has_removed_is_not_found(authors, session):
    ada = await authors.create(Author(name="Ada"))
    async with transaction(session):
        await session.delete(ada)
        assert await authors.find(ada.id) is None
