"""What Conduit stores."""

from typing import TYPE_CHECKING

from sqlalchemy import JSON, ForeignKey, Index, MetaData, String, Text
from sqlalchemy.orm import (
    Mapped,
    MappedColumn,
    foreign,
    mapped_column,
    registry,
    relationship,
    validates,
)

from ftf.orm import Base, Timestamps


class Model(Base):
    """The base of Conduit's models, with tables apart from those of other examples."""

    __abstract__ = True
    metadata = MetaData(naming_convention=Base.metadata.naming_convention)
    registry = registry()


def part_of(column: str, *, key: bool = False, index: bool = True) -> MappedColumn[int]:
    """Declare a reference to a record, with which the row is deleted."""
    return mapped_column(ForeignKey(column, ondelete="CASCADE"), primary_key=key, index=index)


class Account(Model):
    """A person who reads and writes."""

    __tablename__ = "accounts"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(100), unique=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    password_hash: Mapped[str] = mapped_column(String(255))
    bio: Mapped[str | None] = mapped_column(Text)
    image: Mapped[str | None] = mapped_column(Text)

    followers: Mapped[list["Follow"]] = relationship(
        foreign_keys="Follow.followed_id", viewonly=True
    )


class Follow(Model):
    """Who sees the articles of whom in the feed."""

    __tablename__ = "follows"

    follower_id: Mapped[int] = part_of("accounts.id", key=True, index=False)
    followed_id: Mapped[int] = part_of("accounts.id", key=True)


class Written(Timestamps):
    """What an account has written."""

    author: Mapped[Account]
    if TYPE_CHECKING:
        following: bool  # set by with_exists()

    @property
    def profile(self) -> dict[str, object]:
        """The author as the reader sees it."""
        author = {name: getattr(self.author, name) for name in ("username", "bio", "image")}
        return author | {"following": self.following}


class Article(Written, Model):
    """A text that its author publishes."""

    __tablename__ = "articles"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(100), unique=True)
    title: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    tag_list: Mapped[list[str]] = mapped_column(JSON)  # in order, as answers show them
    author_id: Mapped[int] = part_of("accounts.id")

    author: Mapped[Account] = relationship()
    tags: Mapped[list["Tag"]] = relationship(cascade="all, delete-orphan", passive_deletes=True)
    favorites: Mapped[list["Favorite"]] = relationship(viewonly=True)
    followers: Mapped[list[Follow]] = relationship(
        primaryjoin=lambda: Article.author_id == foreign(Follow.followed_id), viewonly=True
    )

    __table_args__ = (Index(None, "created_at", "id"),)

    @validates("tag_list")
    def _index_tags(self, _: str, names: list[str]) -> list[str]:
        self.tags = [Tag(name=name) for name in names]
        return names


class Tag(Model):
    """A word that an article is found by."""

    __tablename__ = "tags"

    article_id: Mapped[int] = part_of("articles.id", key=True, index=False)
    name: Mapped[str] = mapped_column(String(100), primary_key=True, index=True)


class Favorite(Model):
    """Who likes which article."""

    __tablename__ = "favorites"

    article_id: Mapped[int] = part_of("articles.id", key=True, index=False)
    account_id: Mapped[int] = part_of("accounts.id", key=True)
    account: Mapped[Account] = relationship(viewonly=True)


class Comment(Written, Model):
    """What a reader says about an article."""

    __tablename__ = "comments"

    id: Mapped[int] = mapped_column(primary_key=True)
    body: Mapped[str] = mapped_column(Text)
    article_id: Mapped[int] = part_of("articles.id")
    author_id: Mapped[int] = part_of("accounts.id")

    author: Mapped[Account] = relationship()
    followers: Mapped[list[Follow]] = relationship(
        primaryjoin=lambda: Comment.author_id == foreign(Follow.followed_id), viewonly=True
    )
