"""Users, their logins and their API tokens, in tables of the tests' own."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import ForeignKey, MetaData, String, text
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import Mapped, mapped_column, registry

from ftf.http.auth.orm import ApiTokenColumns, Authenticatable, LoginSessionColumns
from ftf.orm import Base, SoftDeletes, create_engine


class AccountsBase(Base):
    __abstract__ = True
    metadata = MetaData(naming_convention=Base.metadata.naming_convention)
    registry = registry(metadata=metadata)


class User(Authenticatable, SoftDeletes, AccountsBase):
    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)


class Login(LoginSessionColumns, AccountsBase):
    __tablename__ = "logins"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)


class Token(ApiTokenColumns, AccountsBase):
    __tablename__ = "api_tokens"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)


def options_of(url: str) -> dict[str, Any]:
    """The options of an engine; on a server its tables are in a schema of this process."""
    if not url.startswith("postgresql"):
        return {}
    return {"connect_args": {"server_settings": {"search_path": f"auth_{os.getpid()}"}}}


@asynccontextmanager
async def database(url: str, **options: Any) -> AsyncIterator[AsyncEngine]:
    """An engine whose tables are empty."""
    if url.startswith("postgresql"):
        schema = f"auth_{os.getpid()}"
        maker = create_engine(url)
        async with maker.begin() as connection:
            await connection.execute(text(f"DROP SCHEMA IF EXISTS {schema} CASCADE"))
            await connection.execute(text(f"CREATE SCHEMA {schema}"))
        await maker.dispose()
    engine = create_engine(url, **options_of(url), **options)
    async with engine.begin() as connection:
        await connection.run_sync(AccountsBase.metadata.create_all)
    yield engine
    await engine.dispose()
