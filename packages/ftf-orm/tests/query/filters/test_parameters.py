"""Parameters: which are allowed, how often, and how many together."""

import asyncio
import copy
import pickle

import pytest
from shop import Product, Tag

from ftf.orm import (
    CustomFilter,
    Fault,
    Filter,
    FilterSet,
    Include,
    InvalidCriteria,
    InvalidValue,
    Limits,
)


def faults(allow: FilterSet[Product], params: object, **options: object) -> list[tuple[str, str]]:
    with pytest.raises(InvalidCriteria) as caught:  # the faults are compared
        allow.parse(params, **options)
    return [(fault.pointer, fault.code) for fault in caught.value.faults]


PRICES = FilterSet(
    Product, Filter(Product.price, "eq", "gte"), includes=(Include(Product.supplier),)
)


@pytest.mark.parametrize(
    "name",
    [
        "prices",
        "Price",
        "price__GTE",
        "price__gte__x",
        "price__",
        "__gte",
        "",
        "sku",
        "filter[price]",
    ],
)
async def test_resource_1_an_unknown_name_is_refused_before_any_query(name, products, statements):
    statements.clear()
    for allow in (PRICES, PRICES.for_record):
        with pytest.raises(InvalidCriteria, match="not a parameter of this list") as caught:
            products.query().apply_filters({name: "1"}, allow=allow)
        (fault,) = caught.value.faults
        assert (fault.pointer, fault.code) == (f"/{name}", "unknown_parameter")
        assert fault.allowed == tuple(parameter.name for parameter in allow.parameters)
    assert statements == []


def test_resource_1_a_pointer_is_escaped_and_can_be_encoded():
    expected = [("/a~1b~0c", "unknown_parameter"), ("/\\udcff", "unknown_parameter")]
    assert faults(PRICES, "a/b~c=1&%FF=2") == expected


async def test_resource_2_each_documented_parameter_is_accepted_alone(every, names):
    texts = {
        "integer": "1",
        "number": "1",
        "boolean": "true",
        "date": "2026-01-01",
        "time": "09:30",
        "uuid": "0190c5a1-7b7c-7d7e-8f80-0123456789ab",
    }
    assert len(every.parameters) > 100
    for parameter in every.parameters:
        schema = parameter.schema.get("items", parameter.schema)
        schema = schema.get("anyOf", [schema])[-1]
        text = schema.get("enum", [texts.get(schema.get("format", schema["type"]), "a")])[0]
        await names(every, {parameter.name: text})


def test_resource_13_a_parameter_that_takes_one_value_comes_once(every):
    repeated = (
        "page=1&page=2&price__gte=1&price__gte=1&sort=name&sort=price&q=a&q=b&per_page=1&per_page=1"
    )
    expected = [
        (f"/{name}", "repeated") for name in ("page", "price__gte", "sort", "q", "per_page")
    ]
    assert faults(every, repeated) == expected
    assert faults(PRICES, "include=supplier&include=supplier") == [("/include", "repeated")]


def test_resource_23_what_a_request_costs_is_bounded():
    allow = FilterSet(
        Product,
        Filter(Product.name, "contains"),
        Filter(Product.stock, "in"),
        CustomFilter("one", bool, lambda query, _: query, cost=1),
        limits=Limits(cost=12),
    )
    within = allow.parse([("name__contains", "a"), *(("stock__in", str(n)) for n in range(20))])
    assert within.cost == 11
    assert (
        allow.parse([("name__contains", "a"), *(("stock__in", str(n)) for n in range(30))]).cost
        == 12
    )
    with pytest.raises(InvalidCriteria, match="cost 13 together, of 12") as caught:
        allow.parse(
            [("one", "1"), ("name__contains", "a"), *(("stock__in", str(n)) for n in range(30))]
        )
    (fault,) = caught.value.faults
    assert (fault.pointer, fault.code) == ("", "too_expensive")
    assert fault.params == {"cost": 13, "budget": 12}


def test_resource_23_the_budget_is_50_and_each_part_has_its_price(every):
    allow = FilterSet(
        Product,
        Filter(Product.name, "contains", "starts", "ends", "ne"),
        Filter(Product.stock, "not_in", "eq"),
        Filter(Tag.name, "starts", name="tag", via=(Product.tags,)),
        sorts=(Product.name,),
        includes=(Include(Product.supplier),),
        search=(Product.name, Product.sku),
    )
    parts = {"name__contains": 8, "name__starts": 4, "name__ends": 8, "name__ne": 2}
    parts |= {"tag__starts": 12, "q": 16}
    for name, cost in parts.items():
        assert allow.parse({name: "a"}).cost == cost
    assert allow.parse("stock=1").cost == 1
    assert allow.parse({"stock__not_in": [str(number) for number in range(10)]}).cost == 3
    assert allow.parse("sort=-name&include=supplier&page=3").cost == 5
    whole = dict.fromkeys(parts, "a")
    assert allow.parse(whole).cost == 50
    assert faults(allow, whole | {"stock": "1"}) == [("", "too_expensive")]


def test_resource_23_filters_are_counted_and_texts_are_bounded(every):
    eleven = [f"{name}__lt=1" for name in ("price", "amount", "stock", "small", "big", "weight")]
    eleven += [f"{name}__gt=1" for name in ("price", "amount", "stock", "small", "big")]
    every.parse("&".join(eleven[:10]))
    assert faults(every, "&".join(eleven)) == [("", "too_many")]
    for longest in (f"name={'x' * 8_200}", {"name": "x" * 8_200}, [("x" * 8_193, "")]):
        assert faults(every, longest) == [("", "too_long")]


def test_faults_are_at_most_twenty():
    assert len(faults(PRICES, "&".join(f"x{number}=1" for number in range(500)))) == 20


async def test_resource_28_filter_sets_share_nothing(products):
    first = FilterSet(Product, Filter(Product.name), sorts=(Product.name,))
    second = FilterSet(Product, Filter(Product.stock), sorts=(Product.stock,))
    assert [it.name for it in first.parameters] == ["name", "sort", "page", "per_page"]
    assert [it.name for it in second.parameters] == ["stock", "sort", "page", "per_page"]

    async def read(number: int) -> object:
        await asyncio.sleep(0)
        found = first.parse({"name": str(number)}), second.parse({"stock": str(number)})
        await asyncio.sleep(0)
        sql = found[0].apply(products.query()).to_sql(literals=True)
        return found[0].filters, found[1].filters, f"'{number}'" in sql

    read_all = await asyncio.gather(*(read(number) for number in range(200)))
    assert read_all == [({"name": str(n)}, {"stock": n}, True) for n in range(200)]
    with pytest.raises(InvalidCriteria, match="/stock"):
        first.parse("stock=1")


def test_resource_29_parameters_of_others_are_left_to_them():
    assert PRICES.parse("debug=1&price=2", besides={"debug"}).filters == {"price": 2}
    assert faults(PRICES, "debug=1&verbose=1", besides=["debug"]) == [
        ("/verbose", "unknown_parameter")
    ]


def test_resource_30_faults_come_together_in_the_order_of_the_parameters(every):
    params = "x=1&price__gte=a&sort=sku&stock__in=1&stock__in=b&page=0"
    assert faults(every, params) == [
        ("/x", "unknown_parameter"),
        ("/price__gte", "decimal"),
        ("/sort", "unknown_sort"),
        ("/stock__in/1", "integer"),
        ("/page", "out_of_range"),
    ]
    with pytest.raises(
        InvalidValue, match="/x: is not a parameter of this list; /price__gte: must"
    ):
        every.parse(params)


def test_no_fault_repeats_what_was_sent(every):
    with pytest.raises(InvalidCriteria) as caught:  # the text is compared
        every.parse(
            "price=SECRET&name__contains=%00SECRET&status=SECRET&sold_at=SECRET&sort=SECRET"
        )
    assert len(caught.value.faults) == 5
    assert "SECRET" not in f"{caught.value} {caught.value.faults!r}"


def test_the_error_can_be_copied_and_pickled():
    with pytest.raises(InvalidCriteria, match="/x") as caught:
        PRICES.parse("x=1")
    for error in (copy.copy(caught.value), pickle.loads(pickle.dumps(caught.value))):  # noqa: S301  # its own
        assert error.faults == caught.value.faults
        assert str(error) == str(caught.value)
    assert str(Fault("", "too_expensive", "cost 1 together")) == "(all): cost 1 together"


class Several:
    """Parameters as Starlette and httpx have them."""

    def __init__(self, *pairs: tuple[str, str]) -> None:
        self.pairs = pairs

    def multi_items(self):
        return list(self.pairs)


@pytest.mark.parametrize(
    "params",
    [
        "stock__in=1&stock__in=2&name=a+b",
        {"stock__in": ["1", "2"], "name": "a b"},
        {"stock__in": ("1", "2"), "name": "a b"},
        [("stock__in", "1"), ("stock__in", "2"), ("name", "a b")],
        iter([("stock__in", "1"), ("stock__in", "2"), ("name", "a b")]),
        Several(("stock__in", "1"), ("stock__in", "2"), ("name", "a b")),
    ],
)
def test_parameters_are_a_query_string_a_mapping_or_pairs(every, params):
    assert every.parse(params).filters == {"stock__in": (1, 2), "name": "a b"}


@pytest.mark.parametrize("params", [{"stock": 1}, [(1, "a")], {"stock__in": [1, 2]}])
def test_parameters_are_texts(every, params):
    with pytest.raises(TypeError, match="params are texts by name"):
        every.parse(params)


def test_an_empty_list_of_values_is_no_parameter(every):
    assert every.parse({"stock__in": []}).filters == {}
