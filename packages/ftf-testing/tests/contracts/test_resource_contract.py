"""`resource_contract` on a list that keeps it, and on one that does not."""

from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated
from uuid import UUID, uuid4

import pytest
from fastapi import Query
from httpx import ASGITransport, AsyncClient, Response
from pydantic import BaseModel
from sqlalchemy import MetaData, String
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker
from sqlalchemy.orm import Mapped, mapped_column

from ftf.http import FastTrackFramework
from ftf.http.resources import ResourceController
from ftf.orm import Base, DatabaseProvider, Filter, FilterSet, Page, UtcDateTime
from ftf.testing import ResourceContractError, resource_contract


class Kind(Enum):
    TEA = "tea"


class Thing(Base):
    __tablename__ = "contract_things"
    metadata = MetaData()
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(20))
    price: Mapped[Decimal]
    sold: Mapped[bool] = mapped_column(default=False)
    kind: Mapped[Kind] = mapped_column(default=Kind.TEA)
    code: Mapped[UUID] = mapped_column(default=uuid4)
    made_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ThingIn(BaseModel):
    name: str


class ThingOut(ThingIn):
    id: int
    price: Decimal
    sold: bool
    kind: Kind
    code: UUID
    made_at: datetime | None


class Things(ResourceController[Thing, ThingIn, ThingOut]):
    prefix = "/things"
    actions = ("index", "show")
    filters = FilterSet(
        Thing,
        Filter(Thing.id),
        Filter(Thing.name, "eq", "in", "contains"),
        Filter(Thing.price, "gte"),
        Filter(Thing.sold),
        Filter(Thing.kind),
        Filter(Thing.code),
        Filter(Thing.made_at, "lt", "null"),
        sorts=(Thing.name, Thing.price),
        search=(Thing.name,),
    )


class ByCursor(Things):
    prefix = "/cursors"
    filters = FilterSet(Thing, paging="cursor")


@pytest.fixture
async def client():
    app = FastTrackFramework(providers=[DatabaseProvider("sqlite+aiosqlite://")])
    app.add_controller(Things)
    app.add_controller(ByCursor)

    @app.get("/loose")
    async def loose(
        page: Annotated[int, Query(ge=1)] = 1,
        name: Annotated[str, Query(max_length=5)] = "",
        per_page: int = 1,
    ) -> Page[int]:
        return Page.of([1], total=2, per_page=1, current_page=page)

    @app.get("/plain")
    async def plain() -> None: ...

    async with app.router.lifespan_context(app):
        engine = await app.container.aresolve(AsyncEngine)
        async with engine.begin() as connection:
            await connection.run_sync(Thing.metadata.create_all)
        factory = await app.container.aresolve(async_sessionmaker[AsyncSession])
        async with factory() as session:
            session.add_all(Thing(name="same", price=1) for _ in range(4))
            await session.commit()
        transport = ASGITransport(app, raise_app_exceptions=False)
        async with AsyncClient(transport=transport, base_url="http://test") as client:
            yield client


@pytest.mark.parametrize("path", ["/things", "/cursors"])
async def test_a_resource_keeps_its_contract(client, path):
    await resource_contract(client, path)


async def test_a_list_that_ignores_what_it_does_not_know_does_not(client):
    with pytest.raises(ResourceContractError, match="does not keep") as caught:
        await resource_contract(client, "/loose")
    assert "no_such_parameter=1 is unknown, and answered 200, not 422" in caught.value.faults
    assert "page='1'&page='1' is answered 200, not 422" in caught.value.faults
    assert "the pages of /loose show a record twice" in caught.value.faults


async def test_a_list_that_does_not_say_what_is_allowed_does_not(client):
    class Refusing(AsyncClient):
        async def get(self, path, **options):
            answer = await client.get(path, **options)
            if answer.status_code == 422:
                return Response(422, json={"errors": [{}]}, request=answer.request)
            return answer

    async with Refusing() as refusing:
        with pytest.raises(ResourceContractError, match="does not list what is allowed") as caught:
            await resource_contract(refusing, "/things")
    assert any("has no pointer" in fault for fault in caught.value.faults)


async def test_a_path_that_the_document_does_not_have_is_an_error(client):
    with pytest.raises(LookupError, match=r"/openapi.json has no GET of '/nowhere'"):
        await resource_contract(client, "/nowhere")


async def test_a_list_without_parameters_ignores_them(client):
    with pytest.raises(ResourceContractError, match="1 parts of its contract"):
        await resource_contract(client, "/plain")
