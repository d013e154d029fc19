"""Relationships whose join condition is more than the two foreign keys."""

from collections.abc import AsyncIterator

import pytest
from apart import apart
from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Integer,
    String,
    Table,
    and_,
    bindparam,
    insert,
    or_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ftf.orm import BaseRepository, create_engine

Apart = apart()


TENANT = 7
duties = Table(
    "duties",
    Apart.metadata,
    Column("id", Integer, primary_key=True),
    Column("the_owner", ForeignKey("owners.id"), key="owner_id"),
    Column("pet_id", ForeignKey("pets.id")),
    Column("kind", String),
    Column("daily", Boolean),
    Column("ended", Integer),
    Column("tenant", Integer),
    Column("remark", String),
)


class Pet(Apart):
    __tablename__ = "pets"

    id: Mapped[int] = mapped_column(primary_key=True)
    tame: Mapped[bool] = mapped_column(default=True)


class Owner(Apart):
    __tablename__ = "owners"

    id: Mapped[int] = mapped_column(primary_key=True)

    feeds: Mapped[list[Pet]] = relationship(
        secondary=duties,
        primaryjoin=lambda: and_(
            Owner.id == duties.c.owner_id,
            and_(duties.c.kind == "feeds", duties.c.ended.is_(None), duties.c.daily),
            bindparam("tenant", callable_=lambda: TENANT, type_=Integer) == duties.c.tenant,
        ),
    )
    walks: Mapped[list[Pet]] = relationship(
        secondary=duties,
        secondaryjoin=lambda: and_(
            Pet.id == duties.c.pet_id, duties.c.kind == "walks", ~duties.c.daily
        ),
        viewonly=True,
    )
    grooms: Mapped[list[Pet]] = relationship(
        secondary=duties,
        primaryjoin=lambda: and_(Owner.id == duties.c.owner_id, duties.c.daily.is_(True)),
        viewonly=True,
    )
    pets: Mapped[list[Pet]] = relationship(secondary=duties, viewonly=True)

    later: Mapped[list[Pet]] = relationship(
        secondary=duties,
        primaryjoin=lambda: and_(Owner.id == duties.c.owner_id, duties.c.ended > 5),
        viewonly=True,
    )
    either: Mapped[list[Pet]] = relationship(
        secondary=duties,
        primaryjoin=lambda: and_(
            Owner.id == duties.c.owner_id, or_(duties.c.kind == "a", duties.c.kind == "b")
        ),
        viewonly=True,
    )
    first: Mapped[list[Pet]] = relationship(
        secondary=duties,
        primaryjoin=lambda: and_(Owner.id == duties.c.owner_id, Owner.id == 1),
        viewonly=True,
    )
    remarked: Mapped[list[Pet]] = relationship(
        secondary=duties,
        primaryjoin=lambda: and_(Owner.id == duties.c.owner_id, duties.c.kind == duties.c.remark),
        viewonly=True,
    )
    tame: Mapped[list[Pet]] = relationship(
        secondary=duties,
        secondaryjoin=lambda: and_(Pet.id == duties.c.pet_id, Pet.tame),
        viewonly=True,
    )
    asked: Mapped[list[Pet]] = relationship(
        secondary=duties,
        primaryjoin=lambda: and_(
            Owner.id == duties.c.owner_id, duties.c.kind == bindparam("kind", type_=String)
        ),
        viewonly=True,
    )


class OwnerRepository(BaseRepository[Owner]): ...


@pytest.fixture
async def session(database_url) -> AsyncIterator[AsyncSession]:
    engine = create_engine(database_url)
    async with engine.begin() as connection:
        await connection.run_sync(Apart.metadata.drop_all)  # what a killed run may have left
        await connection.run_sync(Apart.metadata.create_all)
    async with AsyncSession(engine, expire_on_commit=False) as session:
        yield session
    async with engine.begin() as connection:
        await connection.run_sync(Apart.metadata.drop_all)
    await engine.dispose()


@pytest.fixture
def owners(session) -> OwnerRepository:
    return OwnerRepository(session)


@pytest.fixture
async def pets(session) -> list[int]:
    """The keys of three pets."""
    pets = [Pet(), Pet(), Pet()]
    session.add_all(pets)
    await session.commit()
    return [pet.id for pet in pets]


@pytest.fixture
async def owner(owners, session, pets) -> Owner:
    """An owner who walks all of them, and feeds one for another tenant."""
    owner = await owners.create(Owner())
    rows = [{"kind": "walks", "daily": False, "tenant": TENANT, "pet_id": key} for key in pets]
    other = {"kind": "feeds", "daily": True, "tenant": 8, "pet_id": pets[0]}
    await session.execute(
        duties.insert(), [{"owner_id": owner.id, **row} for row in (*rows, other)]
    )
    await session.commit()
    return owner


async def _rows(session, *conditions) -> int:
    return len((await session.execute(select(duties.c.id).where(*conditions))).all())


async def test_only_rows_that_meet_the_condition_are_written(owners, owner, pets, session):
    feeds = owners.relation(owner, Owner.feeds)
    await feeds.attach(pets[0], pets[1])
    changed = await feeds.sync([pets[1], pets[2]])
    assert (changed.attached, changed.detached) == ([pets[2]], [pets[0]])
    assert list(await feeds.pivots()) == pets[1:]
    assert await feeds.query().pluck(Pet.id) == pets[1:]
    assert (await feeds.toggle([pets[0]])).attached == [pets[0]]
    assert await feeds.update_pivot(pets[0], remark="new")
    assert await _rows(session, duties.c.remark == "new") == 1
    assert await feeds.detach(pets[0]) == 1
    assert await feeds.detach_all() == 2
    assert await _rows(session) == 4


async def test_new_rows_get_what_the_condition_requires(owners, owner, pets, session):
    await owners.relation(owner, Owner.feeds).attach(pets[2], remark="fish")
    row = (await session.execute(select(duties).where(duties.c.remark == "fish"))).one()
    assert (row.kind, row.daily, row.ended, row.tenant) == ("feeds", True, None, TENANT)
    feeds = owners.relation(owner, Owner.feeds)
    assert await feeds.pivots() == {pets[2]: {"id": row.id, "remark": "fish"}}
    await owners.relation(owner, Owner.grooms).sync([pets[0]])
    assert await owners.relation(owner, Owner.grooms).query().pluck(Pet.id) == [pets[0]]


async def test_columns_of_the_condition_cannot_be_given(owners, owner, pets):
    with pytest.raises(ValueError, match=r"duties\.kind is a column of the relationship"):
        await owners.relation(owner, Owner.feeds).attach(pets[0], kind="walks")


async def test_conditions_on_the_other_side_and_viewonly_count_too(owners, owner, pets, session):
    walks = owners.relation(owner, Owner.walks)
    assert set(await walks.pivots()) == set(pets)
    assert await walks.detach(pets[0]) == 1
    assert await _rows(session, duties.c.kind == "feeds") == 1
    everything = owners.relation(owner, Owner.pets)
    assert await everything.detach_all() == 3
    await everything.attach(pets[0])
    assert await everything.query().pluck(Pet.id) == [pets[0]]


@pytest.mark.parametrize("name", ["later", "either", "first", "remarked", "tame", "asked"])
async def test_conditions_that_say_nothing_about_new_rows_are_refused(
    owners, owner, pets, session, name
):
    relation = owners.relation(owner, getattr(Owner, name))
    for change in (
        relation.attach(pets[0]),
        relation.detach(pets[0]),
        relation.detach_all(),
        relation.sync([]),
        relation.toggle(pets),
        relation.update_pivot(pets[0], remark="x"),
        relation.pivots(),
    ):
        with pytest.raises(TypeError, match=rf"Owner\.{name} is joined by .*: read with query"):
            await change
    assert await _rows(session) == 4


async def test_other_conditions_can_be_queried(owners, owner, pets):
    assert await owners.relation(owner, Owner.tame).query().count() == 3
    assert await owners.relation(owner, Owner.later).query().count() == 0


async def test_a_record_without_a_key_has_no_rows(owners, session, pets):
    await session.execute(duties.insert(), [{"kind": "feeds", "pet_id": pets[0]}])
    with pytest.raises(ValueError, match=r"this Owner has no key for Owner\.pets yet: .*create"):
        await owners.relation(Owner(), Owner.pets).detach_all()
    assert await _rows(session) == 1


def test_a_part_of_a_relationship_is_refused(owners):
    for part in (Owner.pets.and_(Pet.tame), Owner.pets.of_type(Pet)):
        with pytest.raises(TypeError, match=r"is a relationship with a condition"):
            owners.relation(Owner(), part)


@pytest.mark.slow
async def test_more_are_related_than_a_statement_takes_values(owners, session):
    owner = await owners.create(Owner())
    await session.execute(insert(Pet), [{"tame": True}] * 33_000)
    await session.commit()
    many = list(await session.scalars(select(Pet.id)))
    pets = owners.relation(owner, Owner.pets)
    await pets.attach(*many[:12_000])
    assert len((await pets.sync(many)).attached) == len(many) - 12_000
    assert await pets.detach(*many[:2_000]) == 2_000
    assert len((await pets.sync([])).detached) == len(many) - 2_000
    assert await _rows(session) == 0
