"""Users in a database, as an API: `uvicorn --factory crud.app:create_app`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from pydantic import BaseModel
from sqlalchemy import MetaData, String
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import Mapped, mapped_column, registry

from ftf.http import FastTrackFramework
from ftf.http.resources import ResourceController
from ftf.http.types import Email, Line
from ftf.orm import Base, DatabaseProvider, Filter, FilterSet, Unique


class Model(Base):
    __abstract__ = True
    metadata = MetaData()  # of its own, and not that of other examples
    registry = registry()


class User(Model):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str] = mapped_column(String(254), unique=True)


class UserIn(BaseModel):
    name: Line
    email: Annotated[Email, Unique(User.email)]


class UserOut(BaseModel):
    id: int
    name: str
    email: str


class Users(ResourceController[User, UserIn, UserOut]):
    prefix = "/users"
    filters = FilterSet(User, Filter(User.name, "contains"), sorts=(User.name,))


@asynccontextmanager
async def with_tables(app: FastTrackFramework) -> AsyncIterator[None]:
    engine = await app.container.aresolve(AsyncEngine)
    async with engine.begin() as connection:  # a real project has migrations
        await connection.run_sync(Model.metadata.create_all)
    yield


def create_app(url: str = "sqlite+aiosqlite:///app.db") -> FastTrackFramework:
    app = FastTrackFramework(providers=[DatabaseProvider(url)], lifespan=with_tables)
    app.add_controller(Users)
    return app
