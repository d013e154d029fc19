"""Records of several subclasses in one query."""

import pytest
from staff import Engineer, Firm, Manager, Staff, Gadget, Worker

from ftf.orm import BaseRepository


class Workers(BaseRepository[Worker]): ...


@pytest.fixture
async def workers(create_tables, session) -> Workers:
    await create_tables(Staff.metadata)
    firm = Firm(name="A")
    gadgets = [Gadget(name="x"), Gadget(name="y")]
    session.add_all([Manager(firm=firm), Engineer(firm=firm, gadgets=gadgets), Manager(firm=firm)])
    await session.commit()
    session.expunge_all()
    return Workers(session)


async def test_a_subclass_may_join_a_collection_by_itself(workers):
    found = await workers.query().order_by_key().get()
    assert [type(worker).__name__ for worker in found] == ["Manager", "Engineer", "Manager"]
    assert [gadget.name for gadget in found[1].gadgets] == ["x", "y"]
    assert len(await workers.query().with_count(Worker.firm).get()) == 3


@pytest.mark.parametrize("relation", ["firm", Worker.firm])
async def test_a_relationship_is_loaded_for_records_of_every_subclass(workers, relation):
    found = await workers.query().order_by_key().get()
    await workers.load(found, relation)
    assert [worker.firm.name for worker in found] == ["A"] * 3


async def test_a_relationship_that_a_record_does_not_have_is_named(workers):
    found = await workers.query().order_by_key("desc").where(Worker.kind != "worker").get()
    with pytest.raises(AttributeError, match="Manager has no relationship gadgets"):
        await workers.load(found, "gadgets")
    with pytest.raises(AttributeError, match="Manager has no relationship gadgets"):
        await workers.load([found[1], found[0]], "gadgets")


def test_what_a_subclass_has_cannot_be_computed_over(session):
    with pytest.raises(ValueError, match="Worker has a grade already: give another alias"):
        Workers(session).query().with_count(Worker.firm, alias="grade")
