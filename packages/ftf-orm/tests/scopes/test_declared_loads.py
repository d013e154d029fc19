"""Relationships that models declare to be eager loaded leave hidden records out too."""

from datetime import UTC, datetime

import pytest
from archive import Box, Document, Folder, Item, Label, Letter, Page

from ftf.orm import BaseRepository

NOW = datetime.now(UTC)


@pytest.fixture
def store(session):
    async def store(*records: object) -> None:
        session.add_all(records)
        await session.commit()
        session.expunge_all()

    return store


@pytest.fixture
def documents(session) -> BaseRepository[Document]:
    return BaseRepository(session, Document)


@pytest.fixture
def boxes(session) -> BaseRepository[Box]:
    return BaseRepository(session, Box)


async def test_joined_ones(documents, session, store):
    await store(Letter(name="a", folder=Folder(name="deleted", deleted_at=NOW)))
    assert (await documents.query().sole()).folder is None
    session.expunge_all()
    letter = await documents.query().with_trashed(Folder).sole()
    assert letter.folder.name == "deleted"


async def test_those_of_a_subclass(documents, session, store):
    await store(Letter(name="a", pages=[Page(), Page(deleted_at=NOW)]), Letter(name="b"))
    for query in (documents.query(), BaseRepository(session, Letter).query()):
        letters = await query.order_by(Document.name).get()
        assert [len(letter.pages) for letter in letters] == [1, 0]
        session.expunge_all()


async def test_those_of_the_own_model_to_a_depth(boxes, session, store):
    innermost = Box(inner=[Box(), Box()])
    await store(Box(inner=[Box(inner=[innermost, Box(deleted_at=NOW)]), Box(deleted_at=NOW)]))
    box = await boxes.query().where(Box.outer_id.is_(None)).sole()
    assert [len(box.inner), len(box.inner[0].inner)] == [1, 1]


async def test_the_inner_join_of_a_record_keeps_it_without_its_hidden_one(session, store):
    await store(Item(box=Box(deleted_at=NOW)), Item(box=Box()))
    items = BaseRepository(session, Item).query().order_by_key()
    assert [item.box is None for item in await items.get()] == [True, False]
    session.expunge_all()
    found = await items.with_joined(Item.box).get()
    assert [item.box is None for item in found] == [True, False]


@pytest.mark.parametrize("step", ["with_", "with_joined"])
async def test_those_behind_another_eager_load(session, store, step):
    await store(Label(item=Item(box=Box(deleted_at=NOW))))
    labels = BaseRepository(session, Label).query()
    label = await getattr(labels, step)(Label.item).sole()
    assert label.item.box is None


async def test_an_explicit_load_replaces_the_declared_one(boxes, session, store):
    await store(Box(inner=[Box(), Box(deleted_at=NOW), Box(inner=[Box()])]))
    query = boxes.query().where(Box.outer_id.is_(None))
    box = await query.with_(Box.inner.and_(Box.outer_id > 5)).sole()
    assert box.inner == []
    session.expunge_all()
    box = await query.with_joined(Box.inner).sole()
    assert len(box.inner) == 2
