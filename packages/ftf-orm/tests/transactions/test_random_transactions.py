"""Random transactions: afterwards rows and records are what plain Python says."""

from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from ledger import Account, Accounts, Tag, account_tags
from sqlalchemy import delete, inspect, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from world import DuplicateError, Row, UndoneError, World

from ftf.orm import DuplicateRecord, transaction

NUMBERS = st.integers(0, 3)
STEPS = st.tuples(
    st.sampled_from(
        (
            *("assign", "update", "create", "clash", "delete", "bulk", "text"),
            *("attach", "detach", "append", "load", "find", "refresh", "lock"),
        )
    ),
    NUMBERS,
    NUMBERS,
)
PROGRAMS = st.recursive(
    st.lists(STEPS, max_size=5),
    lambda inner: st.lists(
        st.one_of(STEPS, st.tuples(st.just("block"), st.booleans(), inner)), max_size=5
    ),
    max_leaves=4,
)


@dataclass
class Run:
    """A program, run by the repositories and in plain Python."""

    accounts: Accounts
    tags: list[Tag]
    world: World
    known: list[Account]
    may_expire: bool = False

    async def steps(self, program) -> None:
        for name, first, second in program:
            if name == "block":
                await self.block(second, fails=first)
            elif name == "create":
                await self.create(first)
            elif present := [account for account in self.known if account in self.world.rows]:
                await getattr(self, name)(present[first % len(present)], second)
            await self.check()

    async def block(self, program, *, fails: bool) -> None:
        try:
            async with transaction(self.accounts.session):
                with self.world.block():
                    await self.steps(program)
                    undo_if(fails)
        except UndoneError:
            pass

    async def expecting(self, call, change=lambda: None) -> None:
        """Write in both worlds, which have to agree on what is a duplicate."""
        try:
            with self.world.write():
                change()
        except DuplicateError:
            with pytest.raises(DuplicateRecord, match="owner"):
                await call
        else:
            await call

    async def create(self, number: int) -> None:
        made = Account(owner=f"new {number}", amount=number, tags=[])
        self.known.append(made)
        row = Row(made.owner, made.amount)
        await self.expecting(
            self.accounts.create(made), lambda: self.world.pending.update({made: row})
        )

    async def assign(self, account: Account, number: int) -> None:
        account.amount = number
        self.world.change(account, amount=number)

    async def update(self, account: Account, number: int) -> None:
        await self.assign(account, number)
        await self.expecting(self.accounts.update(account))

    async def clash(self, account: Account, number: int) -> None:
        account.owner = f"new {number}"
        self.world.change(account, owner=account.owner)
        await self.expecting(self.accounts.update(account))

    async def delete(self, account: Account, _: int) -> None:
        self.world.pending.pop(account, None)
        await self.expecting(
            self.accounts.delete(account), lambda: self.world.rows.pop(account, None)
        )

    async def bulk(self, _: Account, number: int) -> None:
        self.world.flush()
        self.world.change_all(amount=number)
        self.may_expire = True
        await self.accounts.session.execute(update(Account).values(amount=number))

    async def text(self, account: Account, number: int) -> None:
        await self.refresh(account, 0)
        self.world.change_all(amount=number)
        self.may_expire = True
        await self.accounts.session.execute(
            text("UPDATE accounts SET amount = :number"), {"number": number}
        )
        for other in self.world.rows:
            await self.refresh(other, 0)

    async def attach(self, account: Account, number: int) -> None:
        tag = self.tags[number].id
        if tag in self.world.rows[account].tags:
            return
        relation = self.accounts.relation(account, Account.tags)
        await self.expecting(relation.attach(tag), lambda: self.change_tags(account, {tag}, set()))

    async def detach(self, account: Account, number: int) -> None:
        tag = self.tags[number].id
        relation = self.accounts.relation(account, Account.tags)
        await self.expecting(relation.detach(tag), lambda: self.change_tags(account, set(), {tag}))

    async def append(self, account: Account, number: int) -> None:
        await self.load(account, 0)
        tag = self.tags[number]
        if tag not in account.tags:
            account.tags.append(tag)
            self.change_tags(account, {tag.id}, set())
        await self.expecting(self.accounts.update(account))

    def change_tags(self, account: Account, more: set[int], less: set[int]) -> None:
        row = self.world.pending.get(account, self.world.rows[account])
        self.world.change(account, tags=(row.tags | more) - less)

    async def load(self, account: Account, _: int) -> None:
        self.world.flush()
        await self.accounts.load(account, Account.tags)

    async def find(self, account: Account, _: int) -> None:
        assert await self.accounts.query().where(Account.id == account.id).sole() is account
        self.world.flush()

    async def refresh(self, account: Account, _: int) -> None:
        self.world.flush()
        assert (await self.accounts.refresh(account)).amount == self.world.rows[account].amount

    async def lock(self, account: Account, _: int) -> None:
        self.world.flush()
        self.may_expire = True  # it is read again, and another write may be undone
        await self.accounts.query().where_key(account.id).lock_for_update().sole()

    async def check(self) -> None:
        """Compare records, and rows as the transaction sees them."""
        for account in self.known:
            if (row := self.world.pending.get(account, self.world.rows.get(account))) is not None:
                check_record(account, row, loaded=not self.may_expire)
        columns = (Account.id, Account.owner, Account.amount)
        with self.accounts.session.no_autoflush:
            found = await self.accounts.session.execute(select(*columns).order_by(Account.id))
            pairs = await self.accounts.session.execute(select(account_tags))
        rows = [(account.id, row.owner, row.amount) for account, row in self.world.rows.items()]
        assert [tuple(row) for row in found] == sorted(rows)
        tags = {(a.id, tag) for a, row in self.world.rows.items() for tag in row.tags}
        assert {tuple(pair) for pair in pairs} == tags


def check_record(account: Account, row: Row, *, loaded: bool) -> None:
    """Compare what a record has loaded: all of it, unless it was read or set after a write."""
    state = inspect(account)
    assert state.persistent
    values = state.dict
    assert {"owner", "amount"} <= values.keys() or not loaded
    assert values.get("owner", row.owner) == row.owner
    assert values.get("amount", row.amount) == row.amount
    assert {tag.id for tag in values.get("tags", ())} == (row.tags if "tags" in values else set())
    if "twice" in values and "amount" not in state.committed_state:
        assert account.twice == 2 * row.amount


def undo_if(fails: bool) -> None:  # noqa: FBT001  # what was drawn
    if fails:
        raise UndoneError


@pytest.mark.slow
@given(program=PROGRAMS)
@settings(
    max_examples=40,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
async def test_rows_and_records_agree_with_plain_python(engine, program):
    note(f"program = {program}")
    async with engine.begin() as connection:
        for table in (account_tags, Account, Tag):
            await connection.execute(delete(table))
    async with AsyncSession(engine, expire_on_commit=False) as session:
        accounts = Accounts(session)
        tags = [Tag(id=number) for number in range(1, 5)]
        session.add_all(tags)
        await session.commit()
        known = [
            await accounts.create(Account(owner=f"old {n}", amount=n, tags=[])) for n in range(2)
        ]
        rows = {account: Row(account.owner, account.amount) for account in known}
        run = Run(accounts, tags, World(dict(rows), dict(rows)), known)
        await run.steps(program)
        await session.rollback()
