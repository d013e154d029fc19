"""Queries of ftf-orm that a policy narrows: no step and no terminal of them leaks a row."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import ForeignKey, MetaData
from sqlalchemy.orm import Mapped, mapped_column, registry, relationship

from ftf.http import FastTrackFramework, Injected
from ftf.http.auth import Gate, Policy, UserSource
from ftf.orm import (
    Base,
    BaseRepository,
    DatabaseProvider,
    QueryBuilder,
    SoftDeletes,
    create_engine,
    session_factory,
)


class Model(Base):
    __abstract__ = True
    registry = registry()
    metadata = MetaData()


class Letter(SoftDeletes, Model):
    __tablename__ = "letters"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[str]
    box_id: Mapped[int] = mapped_column(ForeignKey("boxes.id"))


class Box(Model):
    __tablename__ = "boxes"
    id: Mapped[int] = mapped_column(primary_key=True)
    letters: Mapped[list[Letter]] = relationship()


class Letters(BaseRepository[Letter]):
    pass


class LetterPolicy(Policy[str]):
    def visible(self, user: str, query: QueryBuilder[Letter]) -> QueryBuilder[Letter]:
        return query.within(Letter.owner == user)


class Ada(UserSource[str]):
    async def user(self) -> str:
        return "ada"


@pytest.fixture
async def app(tmp_path) -> AsyncIterator[FastTrackFramework]:
    """Letters 1, 3, 5 … 19 are ada's, the others eve's; 1 and 2 are deleted."""
    url = f"sqlite+aiosqlite:///{tmp_path}/test.db"
    engine = create_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(Model.metadata.create_all)
    async with session_factory(engine)() as session:
        owners = ["ada", "eve"] * 10
        letters = [Letter(id=number, owner=each) for number, each in enumerate(owners, 1)]
        session.add(Box(id=1, letters=letters))
        await session.commit()
        await Letters(session).query().where(Letter.id <= 2).delete()
    await engine.dispose()
    app = FastTrackFramework(providers=[DatabaseProvider(url)])
    app.register(UserSource[str], Ada)
    app.add_policy(Letter, LetterPolicy)
    return app


async def test_edge_s69_no_page_count_cursor_or_chunk_of_a_visible_query_has_others_rows(
    app, serve
):
    found: dict[str, object] = {}

    @app.get("/")
    async def show(letters: Injected[Letters], gate: Injected[Gate[str]]) -> None:
        visible = await gate.visible(Letter, letters.query())
        query = visible.order_by(Letter.id)
        page = await query.paginate(page=2, per_page=4)
        found["page"] = [each.id for each in page.items], page.total
        found["count"] = await query.count()
        cursor = await query.cursor_paginate(per_page=4)
        following = await query.cursor_paginate(cursor=cursor.next_cursor, per_page=20)
        found["cursor"] = [each.id for each in (*cursor.items, *following.items)]
        found["chunks"] = [each.id async for rows in visible.chunk_by_id(2) for each in rows]
        either = query.where(Letter.id == 3).or_where(Letter.id.in_([4, 5]))
        found["or"] = await either.pluck(Letter.id)
        found["trashed"] = await query.with_trashed().pluck(Letter.id)
        found["first"] = (await query.first_or_fail()).owner

    async with serve(app) as client:
        assert (await client.get("/")).status_code == 200
    living = [*range(3, 20, 2)]
    assert found == {
        "page": ([11, 13, 15, 17], 9),
        "count": 9,
        "cursor": living,
        "chunks": living,
        "or": [3, 5],
        "trashed": [1, *living],
        "first": "ada",
    }


async def test_edge_s69_a_record_of_another_s_is_not_found_in_a_visible_query(app, serve):
    @app.get("/{number}")
    async def show(number: int, letters: Injected[Letters], gate: Injected[Gate[str]]) -> str:
        query = await gate.visible(Letter, letters.query())
        return (await query.where(Letter.id == number).first_or_fail()).owner

    async with serve(app) as client:
        headers = {"x-request-id": "1"}
        own, others, missing = [
            await client.get(f"/{number}", headers=headers) for number in (3, 4, 99)
        ]
    assert (own.status_code, own.json()) == (200, "ada")
    assert (others.status_code, others.content) == (404, missing.content)
