"""Models with soft deletes and scopes: users write posts, which have comments with reactions."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import Column, ForeignKey, MetaData, String, Table
from sqlalchemy.orm import Mapped, mapped_column, registry, relationship

from ftf.orm import (
    Base,
    SoftDeletes,
    Timestamps,
    UtcDateTime,
    UuidKey,
    Versioned,
    unique_among_living,
)


class Archive(Base):
    """A base with tables of its own, apart from those of other models in the same run."""

    __abstract__ = True
    registry = registry()
    metadata = MetaData(naming_convention=Base.metadata.naming_convention)


tagged = Table(
    "archive_tagged",
    Archive.metadata,
    Column("post_id", ForeignKey("archive_posts.id", ondelete="CASCADE"), primary_key=True),
    Column("tag_id", ForeignKey("archive_tags.id", ondelete="CASCADE"), primary_key=True),
)


class User(SoftDeletes, Archive):
    __tablename__ = "archive_users"
    __table_args__ = (unique_among_living("email"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str | None]

    posts: Mapped[list["Post"]] = relationship(back_populates="author", order_by="Post.id")


class Tag(SoftDeletes, Archive):
    __tablename__ = "archive_tags"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class Post(Timestamps, SoftDeletes, Versioned, Archive):
    __tablename__ = "archive_posts"
    __scopes__: ClassVar[Mapping[str, Any]] = {"listed": lambda post: post.listed}

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    listed: Mapped[bool] = mapped_column(default=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("archive_users.id"))

    author: Mapped[User | None] = relationship(back_populates="posts")
    tags: Mapped[list[Tag]] = relationship(secondary=tagged, order_by=Tag.id)
    comments: Mapped[list["Comment"]] = relationship(
        back_populates="post", cascade="all, delete-orphan", order_by="Comment.id"
    )
    views: Mapped[list["View"]] = relationship(cascade="all, delete-orphan")


class View(Archive):
    """A record of a post that is removed with it, and stays when the post is soft-deleted."""

    __tablename__ = "archive_views"

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("archive_posts.id"))


class Comment(SoftDeletes, Archive):
    __tablename__ = "archive_comments"

    id: Mapped[int] = mapped_column(primary_key=True)
    stars: Mapped[int] = mapped_column(default=1)
    post_id: Mapped[int] = mapped_column(ForeignKey("archive_posts.id"))

    post: Mapped[Post] = relationship(back_populates="comments")
    reactions: Mapped[list["Reaction"]] = relationship(
        cascade="all, delete-orphan", lazy="selectin", order_by="Reaction.id"
    )


class Reaction(Versioned, SoftDeletes, Archive):
    """A model whose time of deletion is in a column of its own."""

    __tablename__ = "archive_reactions"
    __deleted_at__ = "removed_at"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(default="like")
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    comment_id: Mapped[int] = mapped_column(ForeignKey("archive_comments.id"))


class Folder(SoftDeletes, Archive):
    __tablename__ = "archive_folders"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("archive_folders.id"))

    shelf_id: Mapped[int | None] = mapped_column(ForeignKey("archive_shelves.id"))

    parent: Mapped["Folder | None"] = relationship(
        back_populates="children", remote_side="Folder.id"
    )
    children: Mapped[list["Folder"]] = relationship(
        back_populates="parent", cascade="all, delete", order_by="Folder.id"
    )


class Shelf(Archive):
    """A model whose scope is about another table: only those with a folder are found."""

    __tablename__ = "archive_shelves"
    __scopes__: ClassVar[Mapping[str, Any]] = {"used": lambda shelf: shelf.folders.any()}

    id: Mapped[int] = mapped_column(primary_key=True)
    outer_id: Mapped[int | None] = mapped_column(ForeignKey("archive_shelves.id"))

    inner: Mapped[list["Shelf"]] = relationship()
    folders: Mapped[list[Folder]] = relationship()


class Document(SoftDeletes, UuidKey, Archive):
    __tablename__ = "archive_documents"

    kind: Mapped[str] = mapped_column(String(10))
    name: Mapped[str]
    folder_id: Mapped[int | None] = mapped_column(ForeignKey("archive_folders.id"))

    folder: Mapped[Folder | None] = relationship(lazy="joined")
    answers: Mapped[list["Letter"]] = relationship(foreign_keys="Letter.answered_id")

    __mapper_args__: ClassVar[Mapping[str, Any]] = {
        "polymorphic_on": "kind",
        "polymorphic_identity": "document",
        "with_polymorphic": "*",
    }


class Letter(Document):
    __tablename__ = "archive_letters"
    __scopes__: ClassVar[Mapping[str, Any]] = {"sent": lambda letter: letter.sent}

    id: Mapped[UUID] = mapped_column(ForeignKey("archive_documents.id"), primary_key=True)
    sent: Mapped[bool] = mapped_column(default=True)
    answered_id: Mapped[UUID | None] = mapped_column(ForeignKey("archive_documents.id"))

    pages: Mapped[list["Page"]] = relationship(cascade="all, delete-orphan", lazy="selectin")

    __mapper_args__: ClassVar[Mapping[str, Any]] = {
        "polymorphic_identity": "letter",
        "inherit_condition": id == Document.id,  # noqa: A003  # the column above
    }


class Page(SoftDeletes, UuidKey, Archive):
    __tablename__ = "archive_pages"

    letter_id: Mapped[UUID] = mapped_column(ForeignKey("archive_letters.id"))


class Box(SoftDeletes, Archive):
    __tablename__ = "archive_boxes"

    id: Mapped[int] = mapped_column(primary_key=True)
    outer_id: Mapped[int | None] = mapped_column(ForeignKey("archive_boxes.id"))

    inner: Mapped[list["Box"]] = relationship(lazy="selectin", join_depth=2)
    items: Mapped[list["Item"]] = relationship(back_populates="box", lazy="joined")


class Item(Archive):
    """A model without scopes whose boxes are joined."""

    __tablename__ = "archive_items"

    id: Mapped[int] = mapped_column(primary_key=True)
    box_id: Mapped[int] = mapped_column(ForeignKey("archive_boxes.id"))

    box: Mapped[Box] = relationship(back_populates="items", lazy="joined", innerjoin=True)


class Label(Archive):
    __tablename__ = "archive_labels"

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("archive_items.id"))

    item: Mapped[Item] = relationship()
