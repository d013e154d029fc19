"""Declarations of filter sets: what is wrong is an error where it is declared."""

from datetime import timedelta

import pytest
from shop import Category, Product, Review, Supplier, Tag
from sqlalchemy import ForeignKey, MetaData, Time, func
from sqlalchemy.dialects.postgresql import INTERVAL, JSONB
from sqlalchemy.orm import Mapped, mapped_column, registry, relationship

from ftf.orm import Base, CustomFilter, Filter, FilterSet, Include, Limits, Sort


@pytest.mark.parametrize(
    ("declare", "reason"),
    [
        (lambda: FilterSet(Product, Filter(Product.name), Filter(Product.name)), "'name'"),
        (
            lambda: FilterSet(
                Product, Filter(Product.name), CustomFilter("name", bool, lambda q, _: q)
            ),
            "two parameters have the name 'name'",
        ),
        (lambda: FilterSet(Product, Filter(Product.name, name="page")), "two parameters .* 'page'"),
        (lambda: FilterSet(Product, Filter(Product.name, name="na-me")), "'na-me' is not a name"),
        (lambda: FilterSet(Product, Filter(func.lower(Product.name))), "pass name="),
        (lambda: FilterSet(Product, Filter(Tag.name)), r"Tag.name is not a column of Product"),
        (lambda: FilterSet(Product, sorts=(Tag.name,)), "sorts: Tag.name is not a column"),
        (lambda: FilterSet(Product, sorts=(Product.name, Product.name)), "two sorts"),
        (lambda: FilterSet(Product, search=(Tag.name,)), "search: Tag.name is not a column"),
        (lambda: FilterSet(Product, sorts=(Product.name,), default="-sku"), "default='-sku'"),
        (lambda: FilterSet(Product, default="name"), "default='name'"),
        (
            lambda: FilterSet(Product, Filter(Tag.name, via=(Product.supplier,))),
            r"via=\(Product.supplier,\) leads to Supplier, unlike Tag.name",
        ),
        (lambda: FilterSet(Product, includes=(Include(Product.reviews),)), "needs a limit="),
        (
            lambda: FilterSet(Product, includes=(Include(Product.supplier, limit=1),)),
            "limit= is for many records",
        ),
        (
            lambda: FilterSet(Product, includes=(Include(Product.reviews, limit=0),)),
            "limit= is for many records, and at least 1",
        ),
        (
            lambda: FilterSet(
                Category, includes=(Include(Category.parent, Category.children, limit=1),)
            ),
            "only its first relationship",
        ),
        (lambda: FilterSet(Product, Filter(Product.price, "contains")), "'contains' is not an"),
        (lambda: FilterSet(Product, Filter(Product.weight)), "'eq' is not an operator"),
        (lambda: FilterSet(Product, Filter(Product.active, "in")), "'in' is not an operator"),
        (lambda: FilterSet(Product, Filter(Product.name, "gtee")), "use eq, ne, in, not_in"),
        (lambda: FilterSet(Product, Filter(Product.stock, "null")), "never without a value"),
        (
            lambda: FilterSet(
                Product, Filter(Supplier.name, "contains", via=(Product.supplier,) * 3)
            ),
            "costs 216 always",
        ),
        (lambda: FilterSet(Product, search=(Product.sku,) * 7), "'q' costs 56 always"),
        (lambda: FilterSet(Product, per_page=101), "per_page must be from 1 to 100, not 101"),
        (lambda: Limits(values=0), "values must be at least 1"),
    ],
)
def test_resource_22_a_declaration_that_is_wrong_is_an_error_at_once(declare, reason):
    with pytest.raises((ValueError, TypeError, AttributeError), match=reason):
        declare()


def test_resource_22_relationships_of_another_model_are_named():
    with pytest.raises(ValueError, match=r"Category.parent is not a relationship of Product"):
        FilterSet(Product, Filter(Category.name, name="up", via=(Category.parent,)))
    with pytest.raises(ValueError, match=r"Review.author is not a relationship of Supplier"):
        FilterSet(Product, includes=(Include(Product.supplier, Review.author),))
    with pytest.raises(ValueError, match=r"is not a relationship: use one, Product\.something"):
        FilterSet(Product, includes=(Include(Product.name),))
    with pytest.raises(ValueError, match=r"is not a relationship: use one, Product\.something"):
        FilterSet(Product, Filter(Tag.name, name="tag", via=("tags",)))
    for wrong in ((), ("supplier",)):
        with pytest.raises(TypeError, match=r"Include\(\) takes relationships"):
            Include(*wrong)
    with pytest.raises(ValueError, match="two includes have one name: supplier, supplier"):
        FilterSet(Product, includes=(Include(Product.supplier), Include(Product.supplier)))


class Apart(Base):
    __abstract__ = True
    registry = registry()
    metadata = MetaData()


class Odd(Apart):
    __tablename__ = "odd"

    id: Mapped[int] = mapped_column(primary_key=True)
    json: Mapped[dict[str, int]] = mapped_column(JSONB)
    span: Mapped[object] = mapped_column(INTERVAL)
    length: Mapped[timedelta]
    zoned: Mapped[object] = mapped_column(Time(timezone=True))


@pytest.mark.parametrize("column", [Odd.json, Odd.span, Odd.length, Odd.zoned, Product.secret])
def test_a_column_whose_values_have_no_text_needs_a_custom_filter(column):
    with pytest.raises(TypeError, match="use a CustomFilter"):
        FilterSet(column.class_, Filter(column))


def test_a_search_is_in_columns_of_texts():
    for column in (Product.price, Product.status, Product.secret):
        with pytest.raises(TypeError, match="not a column of texts"):
            FilterSet(Product, search=(column,))


def test_a_custom_filter_has_a_type_whose_values_have_a_text():
    with pytest.raises(TypeError, match=r"CustomFilter\('x'\): kind must be bool, int"):
        FilterSet(Product, CustomFilter("x", bytes, lambda query, _: query))


def test_relationships_are_checked_at_the_first_use_if_models_are_not_complete():
    class Early(Base):
        __abstract__ = True
        registry = registry()
        metadata = MetaData()

    class Shelf(Early):
        __tablename__ = "shelf"
        id: Mapped[int] = mapped_column(primary_key=True)
        things: Mapped[list["Thing"]] = relationship()
        makers = relationship(lambda: Thing, viewonly=True)

    right = FilterSet(
        Shelf,
        Filter(Shelf.id, name="shelf"),
        includes=(Include(Shelf.things, limit=1), Include(Shelf.makers, limit=1)),
    )
    wrong = FilterSet(Shelf, Filter(Shelf.id, via=(Shelf.things,)))
    further = FilterSet(Shelf, Filter(Shelf.id, via=(Shelf.things, Shelf.makers)))

    class Thing(Early):
        __tablename__ = "thing"
        id: Mapped[int] = mapped_column(primary_key=True)
        shelf_id: Mapped[int] = mapped_column(ForeignKey("shelf.id"))

    for use in (wrong.parse, lambda: wrong.parameters):
        with pytest.raises(ValueError, match=r"leads to Thing, unlike Shelf.id"):
            use()
    with pytest.raises(ValueError, match=r"Shelf.makers is not a relationship of Thing"):
        further.parse()
    assert [include.name for include in right.parse("include=things,makers").includes] == [
        "things",
        "makers",
    ]


def test_resource_21_columns_that_an_answer_has_to_show_are_named():
    allow = FilterSet(
        Product,
        Filter(Product.price, "gte", "lte"),
        Filter(Product.stock, unshown=True),
        Filter(Tag.name, "in", name="tag", via=(Product.tags,)),
        CustomFilter("sold_out", bool, lambda query, _: query),
        sorts=(Product.name, Sort(Product.stock, unshown=True)),
        search=(Product.sku,),
    )
    assert [(used.parameter, str(used.column)) for used in allow.columns] == [
        ("price", "Product.price"),
        ("tag", "Tag.name"),
        ("sort", "Product.name"),
        ("q", "Product.sku"),
    ]
    assert allow.columns[1].via == (Product.tags,)


def test_resource_25_columns_without_an_index_are_listed():
    allow = FilterSet(
        Product,
        Filter(Product.id),
        Filter(Product.sku),
        Filter(Product.weight, "gte"),  # leads an index
        Filter(Product.ratio, "gte"),  # is the second column of it
        Filter(Product.price, "gte", "lte"),
        Filter(Tag.name, via=(Product.tags,), name="tag"),
        sorts=(Product.price, Product.name, Sort(func.lower(Product.name), name="lower")),
    )
    expected = ("Product.price", "Tag.name", "Product.name", "lower(shop_products.name)")
    assert allow.unindexed() == expected


def test_an_expression_with_a_name_can_be_asked_for():
    allow = FilterSet(
        Product,
        Filter(Product.sku + "!", "null", "eq", name="lower"),
        sorts=(Sort(func.abs(Product.stock), name="size"),),
    )
    assert [parameter.name for parameter in allow.parameters][:2] == ["lower__null", "lower"]
    assert allow.parse("sort=-size").sorts == ("-size",)
