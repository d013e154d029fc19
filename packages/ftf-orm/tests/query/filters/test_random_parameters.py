"""Random query strings: rows, or faults, and no other error."""

from collections.abc import Iterable, Iterator, Sequence
from random import Random
from urllib.parse import quote

import pytest
from shop import Category, Person, Product, Review, Supplier, Tag

from ftf.orm import (
    Criteria,
    CustomFilter,
    Filter,
    FilterSet,
    Include,
    InvalidCriteria,
    Parameter,
    Repository,
)

ODD = [
    *("", "0", "1", "-1", "007", "+7", "1_0", "1e3", "2147483648", "-32769", "9" * 30, "0.1"),
    *("NaN", "Infinity", "-.5", "1.005", "true", "TRUE", "on sale", "GONE", "null", "None"),
    *("2026-02-30", "2026-03-29", "9999-12-31", "0001-01-01", "2026-01-01T00:00:00+02:00"),
    *("9999-12-31T23:59:59.999999Z", "0001-01-01T00:00:00-12:00", "2026-01-01T24:00Z"),
    *("0190c5a1-7b7c-7d7e-8f80-0123456789ab", "{0190c5a1-7b7c-7d7e-8f80-0123456789ab}"),
    *("%", "_", "\\", "/", "'", '"', ";", "a" * 201, "\x00", "\ud800", "\U0001f375", "ß", "İ"),
    *("name", "-name", "name,price", "--name", "supplier", "reviews.author", ",", ".", "[]"),
    *("09:30", "23:59:59.999999", "24:00", "x y z", "1; DROP TABLE shop_products", "${7*7}"),
]
CHARACTERS = "0123456789-+.:TZtz,%_/\\'\" \x00\ud800aé\U0001f375"


FITTING = {
    "integer": ["1", "0", "-32768", "3"],
    "number": ["1", "-0.5", "9999.99", "0"],
    "boolean": ["true", "0"],
    "date": ["2026-03-29", "0001-01-02", "9999-12-30"],
    "date-time": ["2026-03-29T01:30:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"],
    "time": ["09:30", "23:59:59.999999"],
    "uuid": ["0190c5a1-7b7c-7d7e-8f80-0123456789ab"],
    "string": ["1", "", "a b", "%", "\U0001f375", "ß", "'"],
}


def fitting(parameter: Parameter) -> list[str]:
    schema = parameter.schema.get("items", parameter.schema)
    schemas = schema.get("anyOf", [schema])
    kinds = [it.get("format", it["type"]) for it in schemas]
    return schema.get("enum") or [text for kind in kinds for text in FITTING[kind]]


def random_pairs(random: Random, offered: Sequence[Parameter]) -> Iterator[tuple[str, str]]:
    for parameter in random.sample(offered, random.randint(1, 4)):
        name, text = parameter.name, random.choice(fitting(parameter))
        if random.random() < 0.15:
            text = random.choice(ODD)
        if random.random() < 0.05:
            text = "".join(random.choices(CHARACTERS, k=random.randint(0, 12)))
        if random.random() < 0.03:
            name = random.choice([name.upper(), f"{name}__gte", name[::2], ""])
        yield name, text


@pytest.fixture
def wide(every) -> FilterSet[Product]:
    return FilterSet(
        Product,
        *every.filters,
        Filter(Supplier.name, "eq", "ne", name="supplier", via=(Product.supplier,)),
        Filter(Tag.name, "in", "starts", name="tag", via=(Product.tags,)),
        Filter(Category.name, "eq", name="above", via=(Product.category, Category.parent)),
        CustomFilter("sold_out", bool, lambda query, yes: query.where((Product.stock == 0) == yes)),
        sorts=(Product.name, Product.price, Product.sold_at),
        default="-sold_at",
        search=(Product.name, Product.sku),
        includes=(
            Include(Product.supplier),
            Include(Product.reviews, Review.author, limit=2),
        ),
    )


def asked(
    allow: FilterSet[Product], params: str | Iterable[tuple[str, str]]
) -> Criteria[Product] | None:
    """What parameters ask for, or None if they are refused."""
    try:
        return allow.parse(params)
    except InvalidCriteria as error:
        return None if 1 <= len(error.faults) <= 20 else pytest.fail("a number of faults")


def test_resource_3_random_query_strings_are_parsed_or_refused(wide):
    random, offered = Random(3), wide.parameters  # noqa: S311  # the same strings in each run
    parsed = []
    for _ in range(3_000):
        pairs = [*random_pairs(random, offered)]
        quoted = ([quote(part, errors="surrogatepass") for part in pair] for pair in pairs)
        found = asked(wide, pairs)
        written = asked(wide, "&".join(f"{name}={text}" for name, text in quoted))
        assert getattr(found, "filters", None) == getattr(written, "filters", None)
        parsed.append(found is not None)
    assert 1_000 < sum(parsed) < 2_900


@pytest.mark.slow
async def test_resource_3_random_query_strings_are_rows_or_faults(wide, products, session):
    random, offered, found = Random(3), wide.parameters, 0  # noqa: S311  # the same in each run
    person = await Repository(session, Person).create(Person(name="Ann"))
    product = await products.create(Product(name="1", stock=1))
    review = Review(text="x", stars=1, product_id=product.id, author_id=person.id)
    await Repository(session, Review).create(review)
    for _ in range(1_500):
        criteria = asked(wide, random_pairs(random, offered))
        if criteria is not None:
            query = criteria.apply(products.query())
            records = await query.paginate(criteria.page, criteria.per_page).get()
            await criteria.related(products.query(), records)
            found += len(records)
    assert found > 50
