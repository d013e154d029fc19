"""Models that are more than one table with a column for each attribute."""

from typing import ClassVar

import pytest
from apart import apart
from sqlalchemy import ForeignKey, Integer, TypeDecorator, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import (
    Mapped,
    attribute_keyed_dict,
    column_property,
    mapped_column,
    relationship,
    synonym,
)
from sqlalchemy.types import UserDefinedType

from ftf.orm import BaseRepository, InvalidArgument, QueryBuilder

Apart = apart()


class Person(Apart):
    __tablename__ = "people"
    __mapper_args__: ClassVar = {"polymorphic_on": "kind", "polymorphic_identity": "person"}

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    name: Mapped[str] = mapped_column("full_name")
    note: Mapped[str | None] = mapped_column(deferred=True)
    chief_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))

    chief: Mapped["Person | None"] = relationship(remote_side="Person.id")
    called: Mapped[str] = synonym("name")

    @hybrid_property
    def initial(self) -> str:
        return self.name[0]

    @initial.inplace.expression
    @classmethod
    def _initial(cls):
        return func.substr(cls.name, 1, 1)


Person.length = column_property(func.length(Person.__table__.c.full_name))


class Worker(Person):
    """Has a table of its own, joined to that of people."""

    __tablename__ = "workers"
    __mapper_args__: ClassVar = {"polymorphic_identity": "worker"}

    id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    wage: Mapped[int]
    tools: Mapped[list["Tool"]] = relationship(cascade="all, delete-orphan")
    tools_by_name: Mapped[dict[str, "Tool"]] = relationship(
        collection_class=attribute_keyed_dict("name"), viewonly=True
    )


class Guest(Person):
    """Shares the table of people."""

    __mapper_args__: ClassVar = {"polymorphic_identity": "guest"}


class Tool(Apart):
    __tablename__ = "tools"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    worker_id: Mapped[int] = mapped_column(ForeignKey("workers.id"))

    worker: Mapped[Worker] = relationship(viewonly=True)


class Digits(TypeDecorator):
    """Whole numbers, written in any way."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value, _):
        return int(value)


class Untold(UserDefinedType):
    """Does not say which Python type it is for."""

    cache_ok = True

    def get_col_spec(self, **_) -> str:
        return "INTEGER"


class Box(Apart):
    __tablename__ = "boxes"

    number: Mapped[int] = mapped_column(Digits, primary_key=True)
    sides: Mapped[list["Side"]] = relationship(lazy="joined")


class Side(Apart):
    __tablename__ = "sides"

    id: Mapped[int] = mapped_column(Untold, primary_key=True)
    number: Mapped[int] = mapped_column(ForeignKey("boxes.number"))


@pytest.fixture
async def session(engine):
    async with engine.begin() as connection:
        await connection.run_sync(Apart.metadata.create_all)
    async with AsyncSession(engine, expire_on_commit=False) as session:
        ada = Person(name="Ada", note="first")
        session.add_all(
            [
                Worker(name="Bo", wage=10, chief=ada, tools=[Tool(name="saw"), Tool(name="axe")]),
                Guest(name="Cy", chief=ada),
            ]
        )
        await session.commit()
        session.expunge_all()
        yield session
    async with engine.begin() as connection:
        await connection.run_sync(Apart.metadata.drop_all)


async def test_edge_14_a_table_that_is_joined_by_inheritance_belongs_to_the_model(session):
    workers = QueryBuilder(session, Worker)
    assert await workers.where(Worker.wage > 5, Person.name == "Bo").count() == 1
    assert await workers.pluck(Worker.name) == ["Bo"]
    assert await workers.order_by(Worker.wage).max(Person.name) == "Bo"
    assert (await workers.with_(Worker.tools).sole()).tools[0].name == "saw"
    people = QueryBuilder(session, Person)
    assert [type(person) for person in await people.order_by_key().get()] == [Person, Worker, Guest]
    with pytest.raises(ValueError, match="uses workers, which the query for Person does not"):
        people.where(Worker.wage > 5)


async def test_edge_14_models_that_share_a_table_are_told_apart(session):
    assert await QueryBuilder(session, Guest).pluck(Guest.name) == ["Cy"]
    assert await QueryBuilder(session, Guest).count() == 1
    assert not await QueryBuilder(session, Guest).where(Guest.name == "Ada").exists()


async def test_edge_14_attributes_need_not_be_columns(session):
    people = QueryBuilder(session, Person).order_by(Person.called)
    assert await people.where(Person.initial == "A").pluck(Person.initial) == ["A"]
    assert await people.where(Person.length == 2).pluck(Person.called) == ["Bo", "Cy"]
    assert await people.pluck(Person.note) == ["first", None, None]
    assert await people.where(Person.length == select(func.max(2)).scalar_subquery()).count() == 2


async def test_edge_28_relations_of_models_that_inherit(session):
    workers, people = QueryBuilder(session, Worker), QueryBuilder(session, Person)
    assert await workers.where_has(Worker.tools, lambda q: q.where(Tool.name == "axe")).count() == 1
    assert (await workers.with_count(Worker.tools).sole()).tools_count == 2
    led = people.where_has(Person.chief, lambda q: q.where(Person.name == "Ada"))
    assert await led.order_by(Person.name).pluck(Person.name) == ["Bo", "Cy"]
    assert await workers.where_has(Worker.chief).count() == 1
    assert await workers.join(Worker.tools).count() == 1


class WorkerRepository(BaseRepository[Worker]): ...


async def test_a_path_leads_through_collections_of_any_kind(session):
    workers = WorkerRepository(session)
    bo = await workers.query().sole()
    await workers.load(bo, "tools_by_name.worker")
    assert bo.tools_by_name["saw"].worker is bo


async def test_edge_34_children_go_with_their_parent_loaded_or_not(session):
    workers = WorkerRepository(session)
    bo = await workers.query().with_(Worker.tools).sole()
    bo.tools.pop()
    await workers.update(bo)
    assert await QueryBuilder(session, Tool).pluck(Tool.name) == ["saw"]
    session.expunge_all()
    bo = await workers.query().sole()
    await workers.load(bo, Worker.tools)
    await workers.delete(bo)
    assert await QueryBuilder(session, Tool).count() == 0
    assert await QueryBuilder(session, Person).count() == 2


@pytest.fixture
async def boxes(session) -> QueryBuilder[Box]:
    session.add(Box(number=1, sides=[Side(id=1), Side(id=2)]))
    await session.commit()
    session.expunge_all()
    return QueryBuilder(session, Box)


async def test_a_collection_that_is_always_joined_gives_a_record_once(boxes):
    assert [len(box.sides) for box in await boxes.get()] == [2]
    assert len((await boxes.first()).sides) == 2


async def test_keys_that_a_type_converts_have_no_order(boxes):
    with pytest.raises(
        InvalidArgument, match=r"keys are not of the type of their column: found were \(1,\)"
    ):
        await boxes.find_many(["1"])
    assert [box.number for box in await boxes.find_many([1])] == [1]


async def test_keys_of_a_type_that_does_not_tell_are_taken_as_they_are(boxes):
    sides = await QueryBuilder(boxes.session, Side).find_many([2, 1])
    assert [side.id for side in sides] == [2, 1]
