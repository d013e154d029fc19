"""The tables of the benchmark: users with posts and roles."""

from datetime import UTC, datetime

from sqlalchemy import Column, ForeignKey, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ftf.orm import Base, SoftDeletes

ROWS = 1_000

user_roles = Table(
    "user_roles",
    Base.metadata,
    Column("user_id", ForeignKey("users.id"), primary_key=True),
    Column("role_id", ForeignKey("roles.id"), primary_key=True),
)


class User(Base):
    """A user."""

    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    age: Mapped[int]
    posts: Mapped[list["Post"]] = relationship()
    roles: Mapped[list["Role"]] = relationship(secondary=user_roles)


class Post(Base):
    """A post; each user has two."""

    __tablename__ = "posts"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)


class Role(Base):
    """A role; each user has two of three."""

    __tablename__ = "roles"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class Note(Base):
    """What is created, so that the other tables do not grow."""

    __tablename__ = "notes"
    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]


class Draft(SoftDeletes, Base):
    """A draft; every tenth is deleted."""

    __tablename__ = "drafts"
    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]
    length: Mapped[int]


def records() -> list[Base]:
    """Make the rows up."""
    now = datetime.now(UTC)
    drafts = [
        Draft(text=f"draft {number}", length=number, deleted_at=None if number % 10 else now)
        for number in range(ROWS)
    ]
    roles = [Role(name=name) for name in ("author", "editor", "moderator")]
    users = [
        User(
            name=f"user {number}",
            age=number % 90,
            posts=[Post(title=f"post {number}.{index}") for index in range(2)],
            roles=[roles[number % 3], roles[(number + 1) % 3]],
        )
        for number in range(ROWS)
    ]
    return [*users, *drafts]
