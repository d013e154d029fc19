"""Bases with a registry of their own, below the one of all models."""

from datetime import datetime
from enum import Enum

from sqlalchemy import Enum as EnumType
from sqlalchemy import ForeignKey, MetaData, inspect
from sqlalchemy.orm import Mapped, configure_mappers, mapped_column, registry, relationship

from ftf.orm import Base, UtcDateTime


class Colour(Enum):
    RED = "red"


def by_value(kind: type[Enum]) -> list[str]:
    return [str(member.value) for member in kind]


class Blog(Base):
    __abstract__ = True
    metadata = MetaData(naming_convention=Base.metadata.naming_convention)
    registry = registry()


class Shop(Base):
    __abstract__ = True
    metadata = MetaData()
    registry = registry(
        type_annotation_map={
            datetime: UtcDateTime,
            Colour: EnumType(Colour, values_callable=by_value),
        }
    )


def blog_models() -> tuple[type, type]:
    class Post(Blog):
        __tablename__ = "posts"
        id: Mapped[int] = mapped_column(primary_key=True)
        tags: Mapped[list["Tag"]] = relationship()  # of its registry

    class Tag(Blog):
        __tablename__ = "tags"
        id: Mapped[int] = mapped_column(primary_key=True)
        post_id: Mapped[int] = mapped_column(ForeignKey("posts.id"))

    return Post, Tag


class Tag(Shop):
    __tablename__ = "tags"
    id: Mapped[int] = mapped_column(primary_key=True)
    made_at: Mapped[datetime]
    colour: Mapped[Colour | None]


class Post(Base):
    __tablename__ = "fence_posts"
    metadata = MetaData()
    id: Mapped[int] = mapped_column(primary_key=True)


def test_two_classes_of_one_name_are_told_apart_by_their_registry():
    post, tag = blog_models()
    configure_mappers()
    assert inspect(post).relationships["tags"].mapper.class_ is tag
    assert inspect(post).relationships["tags"].lazy == "raise"
    assert tag.registry is Blog.registry
    assert tag.registry is not Post.registry


def test_a_base_below_can_map_types_of_its_own():
    columns = Tag.__table__.c
    assert isinstance(columns.made_at.type, UtcDateTime)
    assert columns.colour.type.enums == ["red"]
    assert datetime not in Base.registry.type_annotation_map
