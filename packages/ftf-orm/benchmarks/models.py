"""The tables of the benchmark: users with posts and roles."""

from sqlalchemy import Column, ForeignKey, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ftf.orm import Base

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


def records() -> list[Base]:
    """Make the rows up."""
    roles = [Role(name=name) for name in ("author", "editor", "moderator")]
    return [
        User(
            name=f"user {number}",
            age=number % 90,
            posts=[Post(title=f"post {number}.{index}") for index in range(2)],
            roles=[roles[number % 3], roles[(number + 1) % 3]],
        )
        for number in range(ROWS)
    ]
