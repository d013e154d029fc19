"""The models of the tests: authors write books, which have reviews and genres."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, registry, relationship

from ftf.orm import Base, BaseRepository, Timestamps


class Model(Base):
    """A base with tables of its own, apart from those of other models in the same run."""

    __abstract__ = True
    metadata = MetaData(naming_convention=Base.metadata.naming_convention)
    registry = registry()


book_genres = Table(
    "book_genres",
    Model.metadata,
    Column("book_id", ForeignKey("books.id", ondelete="CASCADE"), primary_key=True),
    Column("genre_id", ForeignKey("genres.id", ondelete="CASCADE"), primary_key=True),
    Column("rank", Integer),
    Column("remark", String),
)


class Author(Model):
    __tablename__ = "authors"
    __table_args__ = (UniqueConstraint("name", "born"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    born: Mapped[int | None]
    email: Mapped[str | None] = mapped_column(unique=True)

    books: Mapped[list["Book"]] = relationship(back_populates="author")


class Book(Timestamps, Model):
    __tablename__ = "books"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    author_id: Mapped[int] = mapped_column(ForeignKey("authors.id"))

    author: Mapped[Author] = relationship(back_populates="books")
    genres: Mapped[list["Genre"]] = relationship(secondary=book_genres, back_populates="books")
    reviews: Mapped[list["Review"]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, lazy="selectin"
    )


class Draft(Model):
    __tablename__ = "drafts"

    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("authors.id"))

    author: Mapped[Author] = relationship()


class Review(Model):
    __tablename__ = "reviews"

    id: Mapped[int] = mapped_column(primary_key=True)
    stars: Mapped[int] = mapped_column(CheckConstraint("stars BETWEEN 1 AND 5", name="stars"))
    book_id: Mapped[int] = mapped_column(ForeignKey("books.id", ondelete="CASCADE"))


class Genre(Model):
    __tablename__ = "genres"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("genres.id"))

    books: Mapped[list[Book]] = relationship(secondary=book_genres, back_populates="genres")
    parent: Mapped["Genre | None"] = relationship(back_populates="children", remote_side="Genre.id")
    children: Mapped[list["Genre"]] = relationship(back_populates="parent")


class Shelf(Model):
    __tablename__ = "shelves"

    room: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)


class AuthorRepository(BaseRepository[Author]): ...


class BookRepository(BaseRepository[Book]): ...


def ada() -> Author:
    """Return an author with an email, which no other may have."""
    return Author(name="Ada", email="a@b.c")
