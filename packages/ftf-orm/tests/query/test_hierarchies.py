"""Records of several subclasses in one query."""

import pytest
from staff import Colleague, Engineer, Firm, Gadget, Manager

from ftf.orm import BaseRepository


class Colleagues(BaseRepository[Colleague]): ...


@pytest.fixture
async def colleagues(session) -> Colleagues:
    firm = Firm(name="A")
    gadgets = [Gadget(name="x"), Gadget(name="y")]
    session.add_all([Manager(firm=firm), Engineer(firm=firm, gadgets=gadgets), Manager(firm=firm)])
    await session.commit()
    session.expunge_all()
    return Colleagues(session)


async def test_a_subclass_may_join_a_collection_by_itself(colleagues):
    found = await colleagues.query().order_by_key().get()
    assert [type(colleague).__name__ for colleague in found] == ["Manager", "Engineer", "Manager"]
    assert [gadget.name for gadget in found[1].gadgets] == ["x", "y"]
    assert len(await colleagues.query().with_count(Colleague.firm).get()) == 3


@pytest.mark.parametrize("relation", ["firm", Colleague.firm])
async def test_a_relationship_is_loaded_for_records_of_every_subclass(colleagues, relation):
    found = await colleagues.query().order_by_key().get()
    await colleagues.load(found, relation)
    assert [colleague.firm.name for colleague in found] == ["A"] * 3


async def test_a_relationship_that_a_record_does_not_have_is_named(colleagues):
    found = await colleagues.query().order_by_key("desc").where(Colleague.kind != "colleague").get()
    with pytest.raises(AttributeError, match="Manager has no relationship gadgets"):
        await colleagues.load(found, "gadgets")
    with pytest.raises(AttributeError, match="Manager has no relationship gadgets"):
        await colleagues.load([found[1], found[0]], "gadgets")


def test_what_a_subclass_has_cannot_be_computed_over(session):
    with pytest.raises(ValueError, match="Colleague has a grade already: pass another alias"):
        Colleagues(session).query().with_count(Colleague.firm, alias="grade")
