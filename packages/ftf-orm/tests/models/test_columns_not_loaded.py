"""Attributes whose columns are not loaded: deferred, of a subclass, or expired."""

from collections.abc import AsyncIterator
from typing import ClassVar

import pytest
from bookshop import Author
from sqlalchemy import ForeignKey, MetaData, create_engine, func
from sqlalchemy.exc import MissingGreenlet
from sqlalchemy.orm import Mapped, Session, defer, mapped_column, relationship

from ftf.orm import Base, ColumnNotLoaded, QueryBuilder, RelationNotLoaded


class Pet(Base):
    __tablename__ = "pets"
    metadata = MetaData()
    __mapper_args__: ClassVar = {"polymorphic_on": "kind", "polymorphic_identity": "pet"}

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    name: Mapped[str]
    photo: Mapped[str | None] = mapped_column(deferred=True)
    toys: Mapped[list["Ball"]] = relationship(lazy=True)


class Ball(Base):
    __tablename__ = "balls"
    metadata = Pet.metadata

    id: Mapped[int] = mapped_column(primary_key=True)
    pet_id: Mapped[int] = mapped_column(ForeignKey("pets.id"))


class Dog(Pet):
    __mapper_args__: ClassVar = {"polymorphic_identity": "dog"}

    trick: Mapped[str | None]


class Horse(Pet):
    __tablename__ = "horses"
    metadata = Pet.metadata
    __mapper_args__: ClassVar = {"polymorphic_identity": "horse"}

    id: Mapped[int] = mapped_column(ForeignKey("pets.id"), primary_key=True)
    hands: Mapped[int]


@pytest.fixture
async def pets(engine, session) -> AsyncIterator[QueryBuilder[Pet]]:
    async with engine.begin() as connection:
        await connection.run_sync(Pet.metadata.create_all)
    session.add_all([Dog(name="Rex", photo="…", trick="sit"), Horse(name="Ed", hands=15)])
    await session.commit()
    session.expunge_all()
    yield QueryBuilder(session, Pet)
    await session.rollback()
    async with engine.begin() as connection:
        await connection.run_sync(Pet.metadata.drop_all)


@pytest.mark.parametrize(
    ("name", "attribute", "value"),
    [("Rex", "photo", "…"), ("Rex", "trick", "sit"), ("Ed", "hands", 15)],
)
async def test_a_column_that_no_query_reads_names_the_remedy(pets, name, attribute, value):
    pet = await pets.where(Pet.name == name).sole()
    full = rf"loaded for {type(pet).__name__}\.{attribute}, .* session\.refresh\(record, \['"
    with pytest.raises(ColumnNotLoaded, match=full) as caught:
        getattr(pet, attribute)
    assert isinstance(caught.value, MissingGreenlet)
    assert (caught.value.model, caught.value.columns) == (type(pet), (attribute,))
    await pets.session.refresh(pet, [*caught.value.columns])
    assert getattr(pet, attribute) == value


async def test_a_column_that_an_option_defers_is_alike(pets):
    rex = await pets.session.get(Pet, 1, options=[defer(Pet.name)])
    with pytest.raises(ColumnNotLoaded, match=r"loaded for Dog\.name, and"):
        _ = rex.name


async def test_an_attribute_that_has_expired_is_alike(authors):
    ada = await authors.create(Author(name="Ada"))
    ada.born = func.abs(-1815)
    await authors.session.flush()
    with pytest.raises(ColumnNotLoaded, match=r"loaded for Author\.born, and"):
        _ = ada.born
    authors.session.expire(ada, ["born", "name"])
    with pytest.raises(ColumnNotLoaded, match=r"loaded for Author\.born, Author\.name, and"):
        _ = ada.name
    await authors.refresh(ada)
    assert (ada.name, ada.born) == ("Ada", 1815)


async def test_a_relationship_that_opted_out_of_raising_is_refused_where_nothing_can_wait(pets):
    rex = await pets.where(Pet.name == "Rex").sole()
    with pytest.raises(RelationNotLoaded, match=r"'Pet\.toys' is not loaded: .* repository\.load"):
        _ = rex.toys
    assert await pets.session.run_sync(lambda _: rex.toys) == []


async def test_code_that_can_wait_loads_by_reading(authors):
    ada = await authors.create(Author(name="Ada"))
    authors.session.expire(ada)
    assert await authors.session.run_sync(lambda _: ada.name) == "Ada"


def test_a_session_that_is_not_async_loads_by_reading():
    engine = create_engine("sqlite://")
    Pet.metadata.create_all(engine)
    with Session(engine) as session:
        session.add(Dog(name="Rex", photo="…"))
        session.commit()
        assert session.query(Pet).one().photo == "…"
    engine.dispose()
