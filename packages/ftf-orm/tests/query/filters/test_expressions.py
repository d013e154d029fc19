"""Attributes that are more than a column of their own name."""

import pytest
from shop import Product
from sqlalchemy import ForeignKey, Integer, MetaData, String, TypeDecorator, func
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, column_property, mapped_column, registry, synonym

from ftf.orm import Base, Filter, FilterSet, Repository, Unique


class Apart(Base):
    __abstract__ = True
    registry = registry()
    metadata = MetaData()


class Folded(TypeDecorator):
    """A text whose case does not matter, with a comparison of its own."""

    impl = String
    cache_ok = True

    class comparator_factory(String.Comparator):  # noqa: N801  # SQLAlchemy names it
        def operate(self, operator, *others, **options):
            return operator(func.lower(self.expr), *map(func.lower, others), **options)


class Box(Apart):
    __tablename__ = "boxes"
    __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "box"}  # noqa: RUF012

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    wide: Mapped[int] = mapped_column(Integer)
    high: Mapped[int] = mapped_column("height", Integer, index=True)
    half: Mapped[int] = column_property(wide + high)
    tall = synonym("high")
    code: Mapped[str] = mapped_column(Folded, default="AbC%")

    @hybrid_property
    def more(self) -> int:
        return self.high - self.wide


class Crate(Box):
    __tablename__ = "crates"
    __mapper_args__ = {"polymorphic_identity": "crate"}  # noqa: RUF012

    id: Mapped[int] = mapped_column(ForeignKey("boxes.id"), primary_key=True)
    label: Mapped[str | None] = mapped_column("text", unique=True)


BOXES = FilterSet(
    Box,
    Filter(Box.half, "eq", "ne", "in"),
    Filter(Box.more, "gte", "lt"),
    Filter(Box.tall),
    Filter(Box.code, "eq", "contains"),
    sorts=(Box.half, Box.more),
)


@pytest.fixture
async def boxes(create_tables, session) -> Repository[Box]:
    await create_tables(Apart.metadata)
    await Repository(session, Box).create(Box(wide=1, high=3))
    await Repository(session, Crate).create(Crate(wide=5, high=2, label="x"))
    return Repository(session, Box)


@pytest.mark.parametrize(
    ("params", "shown"),
    [
        ("half=4", [3]),
        ("half__ne=4", [2]),
        ("half__in=4&half__in=7", [3, 2]),
        ("more__gte=0", [3]),
        ("more__lt=0", [2]),
        ("tall=2", [2]),
        ("code=aBc%25", [3, 2]),
        ("code__contains=B", [3, 2]),
        ("sort=more", [2, 3]),
        ("sort=-half", [2, 3]),
    ],
)
async def test_computed_attributes_can_be_asked_for(boxes, params, shown):
    query = boxes.query().apply_filters(params, allow=BOXES)
    assert [box.high for box in await query.get()] == shown
    assert (await query.paginate()).total == len(shown)


async def test_inherited_columns_can_be_asked_for(boxes, session):
    allow = FilterSet(
        Crate, Filter(Crate.label, "contains"), Filter(Crate.high), sorts=(Crate.wide,)
    )
    query = Repository(session, Crate).query()
    params = "label__contains=X&high=2&sort=-wide"
    assert [crate.label for crate in await query.apply_filters(params, allow=allow).get()] == ["x"]
    assert allow.unindexed() == ("Crate.wide",)
    assert BOXES.unindexed() == ("Box.half", "Box.more", "Box.code")
    assert Unique(Crate.label).has_index
    assert not Unique(Crate.high).has_index


async def test_groups_have_no_order_by_the_key(products):
    await products.create_many([{"stock": 1}, {"stock": 1}, {"stock": 2}])
    allow = FilterSet(Product, Filter(Product.stock, "gte"))
    query = products.query().group_by(Product.stock)
    groups = query.apply_filters("stock__gte=1", allow=allow)
    assert sorted(await groups.pluck(func.count())) == [1, 2]
