"""What Conduit stores."""

from typing import TYPE_CHECKING, Annotated

from sqlalchemy import JSON, ForeignKey, Index, MetaData, String, Text
from sqlalchemy.orm import Mapped, mapped_column, registry, relationship, validates

from ftf.orm import Base, Timestamps

# References to records, with which the row is deleted.
AccountId = Annotated[int, mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))]
ArticleId = Annotated[int, mapped_column(ForeignKey("articles.id", ondelete="CASCADE"))]


class Model(Base):
    """The base of Conduit's models, with tables apart from those of other examples."""

    __abstract__ = True
    metadata = MetaData(naming_convention=Base.metadata.naming_convention)
    registry = registry()


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

    follower_id: Mapped[AccountId] = mapped_column(primary_key=True)
    followed_id: Mapped[AccountId] = mapped_column(primary_key=True, index=True)


class Written(Timestamps):
    """What an account has written."""

    author: Mapped[Account]
    body: Mapped[str] = mapped_column(Text)
    author_id: Mapped[AccountId] = mapped_column(index=True)
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
    tag_list: Mapped[list[str]] = mapped_column(JSON)  # in order, as answers show them

    author: Mapped[Account] = relationship()
    followers: Mapped[list[Follow]] = relationship(
        primaryjoin="Article.author_id == foreign(Follow.followed_id)", viewonly=True
    )
    tags: Mapped[list["Tag"]] = relationship(cascade="all, delete-orphan", passive_deletes=True)
    favorites: Mapped[list["Favorite"]] = relationship(viewonly=True)

    __table_args__ = (Index(None, "created_at", "id"),)

    @validates("tag_list")
    def _index_tags(self, _: str, names: list[str]) -> list[str]:
        self.tags = [Tag(name=name) for name in names]
        return names


class Tag(Model):
    """A word that an article is found by."""

    __tablename__ = "tags"

    article_id: Mapped[ArticleId] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100), primary_key=True, index=True)


class Favorite(Model):
    """Who likes which article."""

    __tablename__ = "favorites"

    article_id: Mapped[ArticleId] = mapped_column(primary_key=True)
    account_id: Mapped[AccountId] = mapped_column(primary_key=True, index=True)
    account: Mapped[Account] = relationship(viewonly=True)


class Comment(Written, Model):
    """What a reader says about an article."""

    __tablename__ = "comments"

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[ArticleId] = mapped_column(index=True)

    author: Mapped[Account] = relationship()
    followers: Mapped[list[Follow]] = relationship(
        primaryjoin="Comment.author_id == foreign(Follow.followed_id)", viewonly=True
    )
