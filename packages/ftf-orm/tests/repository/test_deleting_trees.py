"""Deleting records of models that refer to themselves or to each other, in both directions."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import ForeignKey, MetaData, event
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column, registry, relationship

from ftf.orm import Base, BaseRepository, ForeignKeyViolation, RelationNotLoaded


class Grown(Base):
    __abstract__ = True
    registry = registry()
    metadata = MetaData()


class Folder(Grown):
    __tablename__ = "tree_folders"

    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("tree_folders.id"))
    parent: Mapped["Folder | None"] = relationship(
        back_populates="folders", remote_side="Folder.id"
    )
    folders: Mapped[list["Folder"]] = relationship(
        back_populates="parent", cascade="all, delete-orphan"
    )


class Branch(Grown):
    __tablename__ = "tree_branches"

    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("tree_branches.id"))
    parent: Mapped["Branch | None"] = relationship(back_populates="twigs", remote_side="Branch.id")
    twigs: Mapped[list["Branch"]] = relationship(back_populates="parent")


class Album(Grown):
    __tablename__ = "tree_albums"

    id: Mapped[int] = mapped_column(primary_key=True)
    cover_id: Mapped[int | None] = mapped_column(
        ForeignKey("tree_photos.id", name="cover", use_alter=True)
    )
    cover: Mapped["Photo | None"] = relationship(foreign_keys=cover_id, post_update=True)
    photos: Mapped[list["Photo"]] = relationship(
        back_populates="album", cascade="all, delete-orphan", foreign_keys="Photo.album_id"
    )


class Photo(Grown):
    __tablename__ = "tree_photos"

    id: Mapped[int] = mapped_column(primary_key=True)
    album_id: Mapped[int] = mapped_column(ForeignKey("tree_albums.id"))
    album: Mapped[Album] = relationship(back_populates="photos", foreign_keys=album_id)


@pytest.fixture
async def session(engine) -> AsyncIterator[AsyncSession]:
    async with engine.begin() as connection:
        await connection.run_sync(Grown.metadata.create_all)
    async with AsyncSession(engine, expire_on_commit=False) as session:
        yield session
    async with engine.begin() as connection:
        await connection.run_sync(Grown.metadata.drop_all)


async def chain[T: Grown](records: BaseRepository[T], length: int) -> list[int]:
    """Store a record, one in it, one in that, and so on; return their keys."""
    keys: list[int] = []
    for _ in range(length):
        kept = await records.create(records.model(parent_id=keys[-1] if keys else None))
        keys.append(kept.id)
    records.session.expunge_all()
    return keys


async def test_a_tree_is_deleted_with_its_root(session):
    folders = BaseRepository(session, Folder)
    root, *_ = await chain(folders, 4)
    await folders.delete(await folders.find_or_fail(root))
    assert await folders.count() == 0


async def test_a_record_within_a_tree_is_deleted_without_what_it_is_in(session):
    folders, branches = BaseRepository(session, Folder), BaseRepository(session, Branch)
    root, second, *_ = await chain(folders, 4)
    await folders.delete(await folders.find_or_fail(second))
    assert await folders.query().pluck(Folder.id) == [root]
    root, second, _ = await chain(branches, 3)
    await branches.delete(await branches.find_or_fail(second))
    rows = await branches.query().order_by(Branch.id).pluck(Branch.parent_id)
    assert rows == [None, None]


async def test_what_is_taken_out_of_a_tree_is_deleted_as_an_orphan(session):
    folders = BaseRepository(session, Folder)
    root, *_ = await chain(folders, 3)
    found = await folders.query().with_(Folder.folders).find_or_fail(root)
    found.folders.clear()
    await folders.update(found)
    assert await folders.query().pluck(Folder.id) == [root]


async def test_models_that_refer_to_each_other_are_deleted_together(session):
    albums, photos = BaseRepository(session, Album), BaseRepository(session, Photo)
    album = await albums.create(Album())
    photo = await photos.create(Photo(album_id=album.id))
    album.cover_id = photo.id
    await albums.update(album)
    session.expunge_all()
    await albums.delete(await albums.find_or_fail(album.id))
    assert (await albums.count(), await photos.count()) == (0, 0)


async def test_records_that_are_in_each_other_refer_to_each_other(session):
    folders = BaseRepository(session, Folder)
    first, second = await chain(folders, 2)
    await folders.query().where(Folder.id == first).update({Folder.parent_id: second})
    found = await folders.find_or_fail(first)
    with pytest.raises(ForeignKeyViolation, match="still referred to"):
        await folders.delete(found)
    assert await folders.count() == 2
    session.expunge_all()
    found = await folders.find_or_fail(first)
    found.parent_id = None
    await folders.update(found)
    await folders.delete(found)
    assert await folders.count() == 0


async def test_a_listener_of_the_flush_still_has_to_load_what_it_reads(session):
    folders = BaseRepository(session, Folder)
    root, *_ = await chain(folders, 2)
    read: list[object] = []

    def note(_mapper, _connection, folder: Folder) -> None:
        with pytest.raises(RelationNotLoaded, match=r"Folder\.parent"):
            read.append(folder.parent)
        read.append(folder.id)

    event.listen(Folder, "before_update", note)
    try:
        found = await folders.find_or_fail(root)
        found.parent_id = root
        await folders.update(found)
    finally:
        event.remove(Folder, "before_update", note)
    assert read == [root]
