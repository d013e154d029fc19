"""Rules of the database that are more than unique, not null, check and foreign keys."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import ForeignKey, MetaData, text
from sqlalchemy.dialects.postgresql import INT4RANGE, ExcludeConstraint, Range
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from ftf.orm import Base, BaseRepository, ConstraintViolation, ForeignKeyViolation


class Room(Base):
    __tablename__ = "rooms"
    metadata = MetaData()

    id: Mapped[int] = mapped_column(primary_key=True)


class Reservation(Base):
    __tablename__ = "reservations"
    metadata = Room.metadata

    id: Mapped[int] = mapped_column(primary_key=True)
    room_id: Mapped[int] = mapped_column(ForeignKey("rooms.id", ondelete="RESTRICT"))


class Shift(Base):
    __tablename__ = "shifts"
    metadata = MetaData()
    __table_args__ = (ExcludeConstraint(("days", "&&"), name="one_at_a_time"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    days: Mapped[Range[int]] = mapped_column(INT4RANGE)


class RoomRepository(BaseRepository[Room]): ...


class ReservationRepository(BaseRepository[Reservation]): ...


class ShiftRepository(BaseRepository[Shift]): ...


@pytest.fixture
async def tables(engine, session) -> AsyncIterator[None]:
    found = [Room.metadata] if engine.dialect.name == "sqlite" else [Room.metadata, Shift.metadata]
    async with engine.begin() as connection:
        for metadata in found:
            await connection.run_sync(metadata.create_all)
    yield
    await session.rollback()
    async with engine.begin() as connection:
        for metadata in found:
            await connection.run_sync(metadata.drop_all)


async def test_a_record_stays_that_others_restrict(session, tables):
    room = await RoomRepository(session).create(Room())
    await ReservationRepository(session).create(Reservation(room_id=room.id))
    with pytest.raises(ForeignKeyViolation, match="still referred to, by id") as caught:
        await RoomRepository(session).delete(room)
    assert caught.value.columns == ("id",)


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_what_excludes_another_record_is_named(session, tables):
    shifts = ShiftRepository(session)
    await shifts.create(Shift(days=Range(1, 5)))
    with pytest.raises(ConstraintViolation, match=r"conflicts with .* rule days") as caught:
        await shifts.create(Shift(days=Range(4, 6)))
    assert (caught.value.columns, caught.value.constraint) == (("days",), "one_at_a_time")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_a_trigger_of_the_users_raises_is_its_own(session, tables):
    await session.execute(
        text(
            "CREATE TRIGGER closed BEFORE INSERT ON rooms "
            "BEGIN SELECT RAISE(ABORT, 'the house is closed'); END"
        )
    )
    with pytest.raises(IntegrityError, match="the house is closed"):
        await RoomRepository(session).create(Room())
