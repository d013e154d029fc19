"""What type checkers must make of the public names; never executed."""

from typing import assert_type

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ftf.container import Container
from ftf.orm import Base, BaseRepository, DatabaseProvider, Page, QueryBuilder, Timestamps


class User(Timestamps, Base):
    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str | None]
    posts: Mapped[list["User"]] = relationship()


class UserRepository(BaseRepository[User]):
    async def named(self, name: str) -> User | None:
        return await self.query().where(User.name == name).first()


async def main(session: AsyncSession) -> None:
    users = UserRepository(session)
    assert_type(await users.create(User()), User)
    assert_type(await users.find(1), User | None)
    assert_type(await users.find_or_fail(1), User)
    query = users.query().where(User.id > 1).or_where(User.name.is_(None)).with_(User.posts)
    assert_type(query, QueryBuilder[User])
    query = query.order_by(func.lower(User.name)).latest(User.created_at).limit(1)
    assert_type(await query.get(), list[User])
    assert_type(await query.first(), User | None)
    assert_type(await query.paginate(), Page[User])
    assert_type((await query.paginate()).map(lambda user: user.id), Page[int])
    query.order_by(User.id, "up")  # type: ignore[arg-type]
    DatabaseProvider("sqlite://", echo=True).register(Container())
