"""Factories put nothing into relationships that SQLAlchemy only reads."""

import pytest
from sqlalchemy import ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from ftf.testing import Factory, FactoryError, Values


class Base(DeclarativeBase): ...


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    lines: Mapped[list["Line"]] = relationship(viewonly=True)
    written: Mapped[list["Line"]] = relationship(back_populates="seen")


class Line(Base):
    __tablename__ = "lines"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    order: Mapped[Order] = relationship(viewonly=True)
    seen: Mapped[Order] = relationship(
        viewonly=True, back_populates="written", sync_backref=False, overlaps="order"
    )


class OrderFactory(Factory[Order]): ...


class LineFactory(Factory[Line]): ...


class DefinedFactory(Factory[Line]):
    def definition(self, number: int) -> Values:
        return {"order": OrderFactory()}


@pytest.mark.parametrize(
    ("make", "relation"),
    [
        (OrderFactory().has(Order.lines, LineFactory()).make, r"Order\.lines"),
        (LineFactory().for_(Line.order, OrderFactory()).make, r"Line\.order"),
        (LineFactory().state(order=Order()).make, r"Line\.order"),
        (lambda: LineFactory().make(order=Order()), r"Line\.order"),
        (DefinedFactory().make, r"Line\.order"),
    ],
)
def test_a_viewonly_relationship_is_refused(make, relation):
    with pytest.raises(
        FactoryError, match=f"{relation} is viewonly, and .* not be stored: use the"
    ):
        make()


def test_a_relationship_whose_way_back_is_viewonly_is_written():
    order = OrderFactory().has(Order.written, LineFactory(), 2).make()
    assert len(order.written) == 2
