"""The rule that a record exists."""

from datetime import UTC, datetime

import pytest
from lending import Branch, Loan, Member
from sqlalchemy import insert, update

from ftf.orm import (
    Exists,
    ForeignKeyViolation,
    QueryBuilder,
    Repository,
    Rules,
    RuleViolation,
    transaction,
)

BRANCH = Exists(Branch.id)


@pytest.fixture
async def branches(session) -> None:
    rows = [{"id": number, "name": f"b{number}", "open": True} for number in range(1, 6)]
    await session.execute(insert(Branch), rows)
    await session.commit()


async def faults(rules: Rules) -> list[tuple[str, str]]:
    with pytest.raises(RuleViolation) as caught:  # the faults are compared
        await rules.check()
    return [(fault.pointer, fault.code) for fault in caught.value.faults]


async def test_resource_55_one_query_for_many_values_and_a_fault_for_each(
    session, branches, statements
):
    rules = Rules(session)
    for place in range(50):
        rules.add(BRANCH, f"/lines/{place}/branch_id", place % 7 + 1)
    statements.clear()
    found = await faults(rules)
    assert len(statements) == 1
    assert found == [
        (f"/lines/{place}/branch_id", "exists") for place in range(50) if place % 7 in {5, 6}
    ]


async def test_resource_55_faults_of_all_rules_come_together_in_the_order_of_the_values(
    session, branches, statements
):
    rules, by_name = Rules(session), Exists(Branch.name)
    rules.add(BRANCH, "/a", 99)
    rules.add(by_name, "/b", "nowhere")
    rules.add(BRANCH, "/c", 98)
    rules.add(by_name, "/d", "b1")
    statements.clear()
    assert await faults(rules) == [("/a", "exists"), ("/b", "exists"), ("/c", "exists")]
    assert len(statements) == 2


async def test_resource_56_without_a_value_there_is_no_query(session, statements):
    rules = Rules(session)
    statements.clear()
    await rules.check()
    rules.add(BRANCH, "/branch_id", None)
    await rules.check()
    assert statements == []


async def test_resource_56_too_many_values_are_refused_before_any_query(session, statements):
    rules = Rules(session)
    for place in range(101):
        rules.add(BRANCH, f"/{place}", 1)
    statements.clear()
    assert await faults(rules) == [("/100", "too_many")]
    assert statements == []
    with pytest.raises(RuleViolation, match="at most 2"):
        few = Rules(session, most=2)
        for place in range(3):
            few.add(BRANCH, f"/{place}", 1)
        await few.check()


async def test_resource_57_a_hidden_record_is_as_if_it_was_not_there(session, branches):
    await session.execute(update(Branch).where(Branch.id == 2).values(open=False))
    await session.execute(update(Branch).where(Branch.id == 3).values(deleted_at=datetime.now(UTC)))
    await session.commit()
    visible = Exists(Branch.id, visible=lambda query: query.where(Branch.id != 4))
    texts = set()
    for number in (2, 3, 4, 99):
        rules = Rules(session)
        rules.add(visible, "/branch_id", number)
        with pytest.raises(RuleViolation) as caught:  # the texts are compared
            await rules.check()
        texts.add(repr(caught.value.faults))
    assert len(texts) == 1
    rules = Rules(session)
    rules.add(visible, "/branch_id", 5)
    await rules.check()


async def test_what_a_class_makes_visible_is_asked_of_the_caller(session, branches):
    class Policy: ...

    asked = []

    async def visibility(kind: type, query: QueryBuilder[Branch]) -> QueryBuilder[Branch]:
        asked.append(kind)
        return query.where(Branch.id < 3)

    by_policy = Exists(Branch.id, visible=Policy)
    rules = Rules(session, visibility=visibility)
    rules.add(by_policy, "/a", 2)
    rules.add(by_policy, "/b", 3)
    assert await faults(rules) == [("/b", "exists")]
    assert asked == [Policy]
    rules = Rules(session)
    rules.add(by_policy, "/a", 2)
    with pytest.raises(TypeError, match=r"visible=Policy is a class .* pass Rules\("):
        await rules.check()


@pytest.mark.parametrize("value", [2**31, 2**63, -(2**70), "1", 1.5, "\x00", "\ud800"])
async def test_resource_62_a_value_that_no_row_can_have_is_a_fault(session, branches, value):
    rules = Rules(session)
    rules.add(BRANCH, "/a", value)
    assert await faults(rules) == [("/a", "exists")]
    rules = Rules(session)
    rules.add(Exists(Branch.name), "/a", value)
    assert await faults(rules) == [("/a", "exists")]


async def test_resource_60_a_parent_that_is_gone_meanwhile_is_a_fault(session, branches):

    rules = Rules(session)
    rules.add(Exists(Member.id), "/member_id", 77)
    with pytest.raises(RuleViolation, match="/member_id: is not there") as caught:
        async with rules.explaining():
            await Repository(session, Loan).create(Loan(member_id=77))
    assert isinstance(caught.value.__cause__, ForeignKeyViolation)
    with pytest.raises(RuleViolation, match="/member_id"):
        async with rules.explaining(), transaction(session):
            await Repository(session, Loan).create(Loan(member_id=77))
    with pytest.raises(ForeignKeyViolation):
        async with Rules(session).explaining():
            await Repository(session, Loan).create(Loan(member_id=77))


def test_a_rule_takes_columns_of_models():
    for wrong in ("id", Branch, Branch.__table__.c.id, Branch.id + 1):
        with pytest.raises(TypeError, match=r"Exists\(\) takes a column of a model"):
            Exists(wrong)
