"""The rule that no other record has a value."""

import asyncio
from contextlib import nullcontext

import pytest
from lending import Branch, Member
from sqlalchemy import Index, MetaData, String, insert, text
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import Mapped, mapped_column, registry

from ftf.orm import (
    Base,
    DuplicateRecord,
    Repository,
    Rules,
    RuleViolation,
    SerializationFailure,
    Unique,
    create_engine,
    session_factory,
    transaction,
)

EMAIL = Unique(Member.email)
NICK = Unique(Member.nick, ignore_case=True)
CARD = Unique(Member.branch_id, Member.card)


async def faults(rules: Rules) -> list[tuple[str, str]]:
    with pytest.raises(RuleViolation) as caught:  # the faults are compared
        await rules.check()
    return [(fault.pointer, fault.code) for fault in caught.value.faults]


async def test_resource_58_a_taken_value_is_a_fault_but_for_the_record_that_has_it(session, ann):
    rules = Rules(session)
    rules.add(EMAIL, "/email", "ann@x.org")
    assert await faults(rules) == [("/email", "unique")]
    rules = Rules(session)
    rules.add(EMAIL, "/email", "ann@x.org", record=ann)
    rules.add(EMAIL, "/other", "bo@x.org")
    await rules.check()
    other = await Repository(session, Member).create(Member(email="bo@x.org"))
    rules = Rules(session)
    rules.add(EMAIL, "/email", "ann@x.org", record=other)
    assert await faults(rules) == [("/email", "unique")]


async def test_resource_58_equal_items_of_one_body_are_a_fault_at_the_second(session, statements):
    rules = Rules(session)
    for place, email in enumerate(("a@x.org", "b@x.org", "a@x.org", "a@x.org")):
        rules.add(EMAIL, f"/{place}/email", email)
    statements.clear()
    assert await faults(rules) == [("/2/email", "unique"), ("/3/email", "unique")]
    assert len(statements) == 1


async def test_resource_58_case_is_ignored_where_the_rule_ignores_it(session, ann):
    ann.nick = "Anni"
    await Repository(session, Member).update(ann)
    for nick, taken in (("anni", True), ("ANNI", True), ("Ann", False)):
        rules = Rules(session)
        rules.add(NICK, "/nick", nick)
        await (faults(rules) if taken else rules.check())
    rules = Rules(session)
    rules.add(NICK, "/0", "Bo")
    rules.add(NICK, "/1", "bO")
    assert await faults(rules) == [("/1", "unique")]
    rules = Rules(session)
    rules.add(Unique(Member.nick), "/nick", "anni")
    await rules.check()


async def test_resource_58_columns_can_be_unique_together(session, ann):
    for values, taken in (((1, 7), True), ((1, 8), False), ((2, 7), False), ((1, None), False)):
        rules = Rules(session)
        rules.add(CARD, "/card", *values)
        assert (await faults(rules) if taken else await rules.check()) == (
            [("/card", "unique")] if taken else None
        )
    rules = Rules(session)
    rules.add(CARD, "", 1, 7)
    with pytest.raises(RuleViolation, match="is taken") as caught:
        await rules.check()
    assert caught.value.faults[0].params == {"columns": ("branch_id", "card")}
    with pytest.raises(ValueError, match="the rule has 2 columns, but 1 values"):
        rules.add(CARD, "/card", 1)


async def test_the_rule_asks_about_the_rows_that_the_unique_index_has(session, ann):
    """A soft-deleted member's e-mail can be used again, the name of a closed branch cannot."""
    await Repository(session, Member).delete(ann)
    await session.execute(insert(Branch).values(id=1, name="east", open=False))
    await session.commit()
    rules = Rules(session)
    rules.add(EMAIL, "/email", "ann@x.org")
    rules.add(CARD, "/card", 1, 7)
    rules.add(Unique(Branch.name), "/name", "east")
    rules.add(Unique(Branch.id), "/id", 1)
    assert await faults(rules) == [("/card", "unique"), ("/name", "unique"), ("/id", "unique")]


async def test_without_a_unique_index_the_rule_asks_about_what_is_found(session, ann):
    remark = Unique(Member.remark)
    ann.remark = "new"
    await Repository(session, Member).update(ann)
    rules = Rules(session)
    rules.add(remark, "/remark", "new")
    assert await faults(rules) == [("/remark", "unique")]
    await Repository(session, Member).delete(ann)
    await rules.check()
    assert not remark.has_index
    assert EMAIL.has_index
    assert NICK.has_index
    assert CARD.has_index
    assert Unique(Member.card, Member.branch_id).has_index
    assert not Unique(Member.card).has_index
    assert not Unique(Member.email, ignore_case=True).has_index


def test_a_unique_index_is_found_however_it_is_written():
    class Apart(Base):
        __abstract__ = True
        registry = registry()
        metadata = MetaData()

    class Word(Apart):
        __tablename__ = "words"
        __table_args__ = (
            Index("lowered", text("lower(written)"), unique=True),
            Index("plain", "size"),
            Index("whole", "size", unique=True),
            Index("part", "size", unique=True, sqlite_where=text("size > 1")),
        )

        id: Mapped[int] = mapped_column(primary_key=True)
        text: Mapped[str] = mapped_column("written", String(9))
        size: Mapped[int]

    assert Unique(Word.text, ignore_case=True).has_index
    assert not Unique(Word.text).has_index
    assert Unique(Word.size).has_index
    assert Unique(Word.size, ignore_case=True).has_index


@pytest.mark.parametrize("value", [2**63, "1", 1.5])
async def test_resource_62_a_value_that_no_row_can_have_is_a_fault(session, ann, value):
    rules = Rules(session)
    rules.add(CARD, "/card", 1, value)
    assert await faults(rules) == [("/card", "not_storable")]


async def test_resource_64_rules_write_nothing_and_begin_no_write(session, ann, statements):
    session.add(Member(email="pending@x.org"))
    rules = Rules(session)
    rules.add(EMAIL, "/email", "ann@x.org")
    statements.clear()
    assert await faults(rules) == [("/email", "unique")]
    assert [statement.split()[0] for statement in statements] == ["SELECT"]
    assert len(session.new) == 1
    session.expunge_all()


async def raced(engine: AsyncEngine) -> list[RuleViolation | None]:
    """Let eight sign up with one e-mail, of which each was free when it was checked."""
    factory, ready = session_factory(engine), asyncio.Barrier(8)

    async def sign_up(number: int) -> RuleViolation | None:
        async with factory() as session:
            rules = Rules(session)
            rules.add(EMAIL, "/email", "new@x.org")
            await rules.check()
            await ready.wait()
            block = transaction(session) if number % 2 else nullcontext()
            try:
                async with rules.explaining(), block:
                    await Repository(session, Member).create(Member(email="new@x.org"))
            except RuleViolation as error:
                return error
        return None

    return await asyncio.gather(*map(sign_up, range(8)))


async def test_resource_59_the_losers_of_a_race_get_the_fault_of_the_rule(engine):
    lost = [error for error in await raced(engine) if error is not None]
    assert len(lost) == 7
    assert {type(error.__cause__) for error in lost} == {DuplicateRecord}
    assert {str(error) for error in lost} == {"/email: is taken by another record"}


async def test_resource_59_a_serialization_failure_is_explained_too(postgres_url):
    serializable = create_engine(postgres_url, isolation_level="SERIALIZABLE")
    try:
        lost = [error for error in await raced(serializable) if error is not None]
    finally:
        await serializable.dispose()
    assert len(lost) == 7
    assert {type(error.__cause__) for error in lost} <= {DuplicateRecord, SerializationFailure}
    assert {str(error) for error in lost} == {"/email: is taken by another record"}


async def test_resource_60_a_duplicate_that_no_rule_explains_stays_one(session, ann):
    rules = Rules(session)
    rules.add(EMAIL, "/email", "bo@x.org")
    await rules.check()
    with pytest.raises(DuplicateRecord, match="branch_id and card"):
        async with rules.explaining():
            await Repository(session, Member).create(Member(email="bo@x.org", branch_id=1, card=7))


async def test_an_update_that_loses_a_race_is_explained_too(session, ann):
    members = Repository(session, Member)
    bo = await members.create(Member(email="bo@x.org"))
    rules = Rules(session)
    rules.add(EMAIL, "/email", "ann@x.org", record=bo)
    bo.email = "ann@x.org"
    with pytest.raises(RuleViolation, match="/email: is taken"):
        async with rules.explaining():
            await members.update(bo)
    assert (await members.refresh(bo)).email == "bo@x.org"


def test_a_rule_is_about_the_columns_of_one_model():
    with pytest.raises(ValueError, match="the columns of one model"):
        Unique(Member.email, Branch.name)
    with pytest.raises(ValueError, match="the columns of one model"):
        Unique()
    with pytest.raises(TypeError, match=r"Unique\(\) takes a column of a model"):
        Unique("email")
