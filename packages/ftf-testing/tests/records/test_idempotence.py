"""Seeders that are run twice."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import MetaData
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column, registry

from ftf.container import Container
from ftf.orm import Base, BaseRepository, Seeder, create_engine, session_factory
from ftf.testing import Factory, assert_idempotent, assert_max_queries


class Model(Base):
    __abstract__ = True
    registry = registry()
    metadata = MetaData()


class Plant(Model):
    __tablename__ = "plants"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    height: Mapped[int] = mapped_column(default=0)


class Garden(Model):
    __tablename__ = "gardens"
    id: Mapped[int] = mapped_column(primary_key=True)


class Plants(BaseRepository[Plant]): ...


class Same(Seeder):
    def __init__(self, plants: Plants) -> None:
        self.plants = plants

    async def run(self) -> None:
        await self.plants.insert_or_ignore([{"name": "fern"}, {"name": "moss"}])


class PlantFactory(Factory[Plant]): ...


class Planting(Seeder):
    def __init__(self, plants: Plants) -> None:
        self.plants = plants

    async def run(self) -> None:
        missing = 3 - await self.plants.count()
        await self.factory(PlantFactory).create_many(missing, height=7)


class Doubling(Seeder):
    after = (Same,)
    environments = frozenset({"staging"})

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def run(self) -> None:
        self.session.add(Garden())


class Growing(Seeder):
    after = (Same,)

    def __init__(self, plants: Plants) -> None:
        self.plants = plants

    async def run(self) -> None:
        await self.plants.query().where(Plant.name == "moss").increment(Plant.height)


@pytest.fixture
async def session() -> AsyncIterator[AsyncSession]:
    engine = create_engine("sqlite://")
    async with engine.begin() as connection:
        await connection.run_sync(Model.metadata.create_all)
    async with session_factory(engine)() as session:
        yield session
    await engine.dispose()


async def test_a_seeder_that_changes_nothing_the_second_time_passes(session):
    with assert_max_queries(20):
        await assert_idempotent(Same, session)
    assert await Plants(session).count() == 2


async def test_cli_31_rows_that_are_added_are_counted_by_table(session):
    text = (
        r"^Doubling is not idempotent:\n  gardens: 1 rows after the first run, 2 after the second$"
    )
    with pytest.raises(AssertionError, match=text):
        await assert_idempotent(Doubling, session)


async def test_rows_that_are_changed_are_counted_by_table(session):
    container = Container()
    container.instance(AsyncSession, session)
    text = r"^Growing is not idempotent:\n  plants: 1 of 2 rows changed$"
    with pytest.raises(AssertionError, match=text):
        await assert_idempotent(Growing, session, container)


async def test_a_seeder_makes_records_by_a_factory_in_its_session(session):
    await assert_idempotent(Planting, session)
    assert await Plants(session).query().pluck(Plant.height) == [7, 7, 7]
