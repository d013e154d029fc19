"""`resource_contract` on resources of ftf-http."""

from datetime import datetime
from decimal import Decimal
from enum import Enum
from uuid import UUID, uuid4

import pytest
from httpx import ASGITransport, AsyncClient
from pydantic import BaseModel
from sqlalchemy import MetaData, String
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker
from sqlalchemy.orm import Mapped, mapped_column

pytest.importorskip("ftf.http")

from ftf.http import FastTrackFramework
from ftf.http.resources import ResourceController
from ftf.orm import Base, DatabaseProvider, Filter, FilterSet, UtcDateTime
from ftf.testing import resource_contract


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
