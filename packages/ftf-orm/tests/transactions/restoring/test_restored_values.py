"""Values that the unit of work writes into records, and new records: undone with the write."""

import pytest
from ledger import Account, Accounts, Booking, Bookings, Parcel, Parcels, Size
from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncSession

from ftf.orm import ColumnNotLoaded, DuplicateRecord, NotNullViolation, StaleRecord, transaction


@pytest.fixture
def accounts(session) -> Accounts:
    return Accounts(session)


@pytest.fixture
async def mine(accounts) -> Account:
    made = await accounts.create(Account(owner="Ada", amount=10))
    return await accounts.refresh(made)


@pytest.fixture
def stored(engine):
    """The amount that is committed."""

    async def read(account: Account) -> int:
        async with AsyncSession(engine, expire_on_commit=False) as session:
            return (await Accounts(session).find_or_fail(account.id)).amount

    return read


def values(account: Account) -> tuple[object, ...]:
    return account.amount, account.twice, account.version, account.updated_at, account.created_at


async def fail() -> None:
    raise KeyError("x")


@pytest.mark.parametrize("block", ["none", "transaction", "caught in transaction"])
async def test_what_was_refused_as_stale_is_stale_until_it_is_read_again(
    accounts, engine, mine, stored, block
):
    async with AsyncSession(engine, expire_on_commit=False) as other, transaction(other):
        (await Accounts(other).find_or_fail(mine.id)).amount = 100
    session, before = accounts.session, values(mine)

    async def change() -> None:
        mine.amount += 1
        with pytest.raises(StaleRecord, match="read it again"):
            await accounts.update(mine)
        assert values(mine) == before

    for _ in range(2):
        match block:
            case "none":
                await change()
            case "transaction":
                with pytest.raises(KeyError, match="x"):
                    async with transaction(session):
                        await change()
                        await fail()
            case _:
                async with transaction(session):
                    await change()
    assert await stored(mine) == 100
    await accounts.refresh(mine)
    mine.amount += 1
    await accounts.update(mine)
    assert await stored(mine) == 101


@pytest.mark.parametrize("depth", [1, 2])
async def test_all_that_an_update_writes_is_as_before_when_it_is_undone(
    session, accounts, mine, stored, depth
):
    before = values(mine)

    async def change(depth: int) -> None:
        async with transaction(session):
            if depth > 1:
                await change(depth - 1)
            for mine.amount in (11, 12):
                await accounts.update(mine)
            if depth == 1:
                await fail()

    with pytest.raises(KeyError, match="x"):
        await change(depth)
    assert values(mine) == before
    mine.amount = 12
    await accounts.update(mine)
    assert (await stored(mine), mine.twice, mine.version) == (12, 24, 2)


async def test_two_updates_in_a_savepoint_are_undone_with_the_outer_block(
    session, accounts, mine, stored
):
    with pytest.raises(KeyError, match="x"):
        async with transaction(session):
            async with transaction(session):
                for mine.owner, mine.amount in (("Eve", 10), ("Eve", 11)):
                    await accounts.update(mine)
                await accounts.delete(mine)
            await fail()
    assert (mine.owner, mine.amount, mine in session) == ("Ada", 10, True)
    mine.amount = 11
    await accounts.update(mine)
    assert await stored(mine) == 11


@pytest.mark.parametrize("inside", [True, False])
async def test_a_record_beside_the_one_that_fails_is_as_before(
    session, accounts, mine, stored, inside
):
    bo = await accounts.create(Account(owner="Bo", amount=1))
    before = values(mine)

    async def clash() -> None:
        mine.amount, bo.owner = 11, "Ada"
        with pytest.raises(DuplicateRecord, match="owner"):
            await accounts.update(bo)

    if inside:
        async with transaction(session):
            await clash()
    else:
        await clash()
    assert (values(mine), bo.owner) == (before, "Bo")
    mine.amount = 11
    await accounts.update(mine)
    assert await stored(mine) == 11


@pytest.mark.parametrize("depth", [0, 1, 2])
async def test_a_new_record_that_was_undone_has_no_key_and_can_be_stored(session, accounts, depth):
    async def create(account: Account, depth: int) -> None:
        if not depth:
            await accounts.create(account)
            await fail()
        async with transaction(session):
            await create(account, depth - 1)

    made = Account(owner="Bo", bookings=[Booking(amount=1), Booking(amount=2)])
    bookings = made.bookings
    if depth:
        with pytest.raises(KeyError, match="x"):
            await create(made, depth)
    else:
        await accounts.create(Account(owner="Bo"))
        with pytest.raises(DuplicateRecord, match="owner"):
            await accounts.create(made)
        made.owner = "Cy"
    assert (made.id, made.version, made.amount, made.created_at) == (None, None, None, None)
    assert [(booking.id, booking.account_id) for booking in made.bookings] == [(None, None)] * 2
    assert made.bookings is bookings
    other = await accounts.create(Account(owner="Di"))
    await accounts.create(made)
    assert made.id != other.id
    assert {booking.account_id for booking in made.bookings} == {made.id}


async def test_a_graph_that_failed_half_way_can_be_mended_and_stored(session, accounts):
    made = Account(owner="Bo", bookings=[Booking(amount=1), Booking()])
    with pytest.raises(NotNullViolation, match="amount"):
        await accounts.create(made)
    made.bookings[1].amount = 2
    await accounts.create(made)
    assert await Bookings(session).query().pluck(Booking.account_id) == [made.id] * 2


async def test_a_new_record_that_lost_members_in_an_undone_block_has_them_again(session, accounts):
    made = Account(owner="Bo", bookings=[Booking(amount=1)])
    with pytest.raises(KeyError, match="x"):
        async with transaction(session):
            await accounts.create(made)
            made.bookings.append(Booking(amount=2))
            await accounts.update(made)
            await fail()
    assert [booking.amount for booking in made.bookings] == [1]


async def test_a_child_that_a_flush_draws_in_is_as_before(session, accounts, mine):
    bookings = Bookings(session)
    booking = await bookings.create(Booking(amount=1, account_id=mine.id))
    bo = await accounts.create(Account(owner="Bo", bookings=[]))
    with pytest.raises(KeyError, match="x"):
        async with transaction(session):
            bo.bookings.append(booking)
            await accounts.update(bo)
            assert booking.account_id == bo.id
            await fail()
    assert (booking.account_id, bo.bookings) == (mine.id, [])


@pytest.mark.parametrize("depth", [1, 2])
async def test_what_an_undone_bulk_update_has_set_has_to_be_read_again(
    session, accounts, mine, stored, depth
):
    async def change(depth: int) -> None:
        async with transaction(session):
            if depth > 1:
                return await change(depth - 1)
            await session.execute(update(Account).values(amount=99))
            assert mine.amount == 99
            return await fail()

    with pytest.raises(KeyError, match="x"):
        await change(depth)
    assert (mine.owner, mine.version, mine.created_at is None) == ("Ada", 1, False)
    for name in ("amount", "updated_at", "twice"):
        with pytest.raises(ColumnNotLoaded, match=r"Account\.amount, Account\.twice, ") as caught:
            getattr(mine, name)
        assert (caught.value.model, len(caught.value.columns)) == (Account, 3)
    mine.amount = 99
    await accounts.update(mine)
    assert (await stored(mine), mine.twice) == (99, 198)


async def test_a_model_may_say_that_what_it_deletes_need_not_be_there(session, engine, mine):
    booking = await Bookings(session).create(Booking(amount=1, account_id=mine.id))
    async with engine.begin() as connection:
        await connection.execute(delete(Booking))
    await Bookings(session).delete(booking)
    assert booking not in session


async def test_a_composite_is_as_its_columns_were(session):
    assert Parcel(width=1, height=2).size == Size(1, 2)
    parcels = Parcels(session)
    old, new = await parcels.create(Parcel(size=Size(1, 2))), Parcel(size=Size(3, 4))
    with pytest.raises(KeyError, match="x"):
        async with transaction(session):
            await parcels.create(new)
            old.size = new.size = Size(5, 6)
            await parcels.update(old)
            await fail()
    assert (old.size, new.size, new.id) == (Size(1, 2), Size(3, 4), None)
    await parcels.create(new)
    assert (await parcels.refresh(new)).size == Size(3, 4)
