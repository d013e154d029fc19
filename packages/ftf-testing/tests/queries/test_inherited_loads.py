"""What a failure says about classes that inherit: followed word by word, it mends the failure."""

import re
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine, ForeignKey, create_engine, select
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    Session,
    mapped_column,
    relationship,
    selectin_polymorphic,  # noqa: F401  # what a failure tells to write
    selectinload,
)
from sqlalchemy.orm.interfaces import ORMOption

from ftf.testing import NPlusOneError, assert_no_n_plus_one


class Base(DeclarativeBase): ...


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    products: Mapped[list["Product"]] = relationship(back_populates="order")


class Product(Base):
    __tablename__ = "products"
    __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "product"}  # noqa: RUF012
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    order: Mapped[Order] = relationship(back_populates="products")


class Book(Product):
    __tablename__ = "books"
    __mapper_args__ = {"polymorphic_identity": "book"}  # noqa: RUF012
    id: Mapped[int] = mapped_column(ForeignKey("products.id"), primary_key=True)
    title: Mapped[str]
    chapters: Mapped[list["Chapter"]] = relationship(back_populates="book")


class Chapter(Base):
    __tablename__ = "chapters"
    id: Mapped[int] = mapped_column(primary_key=True)
    book_id: Mapped[int] = mapped_column(ForeignKey("books.id"))
    book: Mapped[Book] = relationship(back_populates="chapters")
    notes: Mapped[list["Note"]] = relationship()


class Note(Base):
    __tablename__ = "notes"
    id: Mapped[int] = mapped_column(primary_key=True)
    chapter_id: Mapped[int] = mapped_column(ForeignKey("chapters.id"))


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        for _ in range(2):
            books = [Book(title="x", chapters=[Chapter(notes=[Note()])]) for _ in range(2)]
            session.add(Order(products=[*books, Product()]))
        session.commit()
    yield engine
    engine.dispose()


def options(told: str) -> list[ORMOption]:
    """Make what a failure tells to write, the shortest path first."""
    first = re.findall(r"after (selectin_polymorphic\(\w+, \[\w+\]\)) where Product is quer", told)
    written = re.findall(
        r"load it eagerly with (selectinload\S+?),?(?: after .*)?$", told, re.MULTILINE
    )
    return [eval(text) for text in dict.fromkeys([*first, *written])]  # noqa: S307


def titles(session: Session, *given: ORMOption) -> list[str]:
    products = session.scalars(select(Product).options(*given))
    return [product.title for product in products if isinstance(product, Book)]


def chapters(session: Session, *given: ORMOption) -> list[Chapter]:
    products = session.scalars(select(Product).options(*given))
    return [each for book in products if isinstance(book, Book) for each in book.chapters]


def own_chapters(session: Session, *given: ORMOption) -> list[Chapter]:
    return [
        each for book in session.scalars(select(Book).options(*given)) for each in book.chapters
    ]


def notes(session: Session, *given: ORMOption) -> list[Note]:
    orders = session.scalars(select(Order).options(*given))
    found = [product for order in orders for product in order.products]
    books = [product for product in found if isinstance(product, Book)]
    return [note for book in books for chapter in book.chapters for note in chapter.notes]


def notes_of_products(session: Session, *given: ORMOption) -> list[Note]:
    return notes(session, *given, selectinload(Order.products))


def orders(session: Session, *given: ORMOption) -> list[Order]:
    return [each.book.order for each in session.scalars(select(Chapter).options(*given))]


READS = [titles, chapters, own_chapters, notes, notes_of_products, orders]


@pytest.mark.parametrize("read", READS)
def test_what_a_failure_tells_to_write_mends_it(engine, read: Callable[..., list[object]]):
    with (
        pytest.raises(NPlusOneError, match="4 x SELECT") as failure,
        assert_no_n_plus_one(),
        Session(engine) as session,
    ):
        assert len(read(session)) == 4
    with Session(engine) as session, assert_no_n_plus_one():
        assert len(read(session, *options(str(failure.value)))) == 4
