"""What answers show of records: properties, special values, and changes at the same time."""

import asyncio
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from uuid import UUID

import pytest
from catalogue import (
    TEA,
    Country,
    CountryOut,
    Model,
    Product,
    ProductIn,
    Products,
    Supplier,
    product,
)
from pydantic import BaseModel, ConfigDict, ValidationError
from sqlalchemy import Float, Numeric, column
from sqlalchemy.orm import Mapped, column_property, mapped_column

from ftf.http import FastTrackFramework
from ftf.http.resources import MISSING, Projection, ResourceController
from ftf.orm import FilterSet, Include, UtcDateTime


class Colour(Enum):
    RED = "red"


class Sample(Model):
    __tablename__ = "samples"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    price: Mapped[Decimal] = mapped_column(Numeric(10, 2))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    colour: Mapped[Colour]
    raw: Mapped[bytes]
    weight: Mapped[float] = mapped_column(Float)
    doubled = column_property(column("weight") * 2)


class SampleIn(BaseModel):
    weight: float


class SampleOut(BaseModel):
    model_config = ConfigDict(ser_json_bytes="base64")
    id: UUID
    price: Decimal
    at: datetime
    colour: Colour
    raw: bytes
    weight: float
    doubled: float


class Samples(ResourceController[Sample, SampleIn, SampleOut]):
    prefix = "/samples"
    actions = ("index", "show")


class MadeOut(BaseModel):
    made_by: str


class Made(ResourceController[Product, ProductIn, MadeOut]):
    prefix = "/made"
    actions = ("show",)


class MakerOut(BaseModel):
    name: str
    country: CountryOut | MISSING | None = MISSING


class OfMakerOut(BaseModel):
    supplier: MakerOut | None


class OfMaker(ResourceController[Product, ProductIn, OfMakerOut]):
    prefix = "/of-maker"
    actions = ("index", "show")
    filters = FilterSet(Product, includes=(Include(Product.supplier, Supplier.country),))


KEY = UUID("12345678-1234-5678-1234-567812345678")


def sample(weight: float) -> Sample:
    at = datetime(2026, 1, 2, 3, tzinfo=UTC)
    return Sample(
        id=KEY,
        price=Decimal("1.50"),
        at=at,
        colour=Colour.RED,
        raw=b"\x00",
        weight=weight,
    )


@pytest.fixture
async def shop(serving):
    app = FastTrackFramework()
    for each in (Samples, Made, OfMaker, Products):
        app.add_controller(each)
    async with serving(app) as shop:
        yield shop


async def test_resource_40_columns_of_all_kinds_are_in_the_same_select(shop):
    await shop.save(sample(1.5))
    answer = await shop.get(f"/samples/{KEY}")
    assert answer.json()["doubled"] == 3.0
    assert len(shop.queries) == 1


async def test_resource_40_a_property_that_reads_what_is_not_loaded_is_an_error_that_names_it(shop):
    await shop.save(product(supplier=Supplier(name="s")))
    assert (await shop.get("/made/1")).status_code == 500
    assert not [query for query in shop.queries if "suppliers" in query]
    async with shop.session() as session:
        record = await session.get_one(Product, 1)
        with pytest.raises(ValidationError, match=r"Product\.supplier' is not loaded"):
            Projection(Product, MadeOut)(record)


async def test_an_include_of_related_records_is_left_out_unless_it_is_asked_for(shop):
    country = Country(code="jp", name="Japan")
    await shop.save(product(supplier=Supplier(name="s", country=country)))
    shown = {"supplier": {"name": "s"}}
    assert (await shop.get("/of-maker/1")).json() == shown
    assert (await shop.get("/of-maker")).json()["items"] == [shown]
    assert not [query for query in shop.queries if "countries" in query]
    answer = await shop.get("/of-maker/1?include=supplier.country")
    assert answer.json()["supplier"]["country"] == {"code": "jp", "name": "Japan"}


async def test_resource_46_values_of_all_kinds_are_shown_as_documented(shop):
    await shop.save(sample(1.5))
    shown = (await shop.get(f"/samples/{KEY}")).json()
    assert (shown["id"], shown["price"], shown["colour"], shown["raw"]) == (
        str(KEY),
        "1.50",
        "red",
        "AA==",
    )
    assert datetime.fromisoformat(shown["at"]) == datetime(2026, 1, 2, 3, tzinfo=UTC)


async def test_resource_46_a_stored_infinity_is_no_json_that_cannot_be_read(shop):
    await shop.save(sample(float("inf")))
    answer = await shop.get(f"/samples/{KEY}")
    assert answer.status_code == 200
    assert answer.json()["weight"] is None


async def test_resource_72_two_changes_of_different_fields_at_once_are_both_stored(shop):
    await shop.client.post("/products", json=TEA)
    answers = await asyncio.gather(
        shop.client.patch("/products/1", json={"name": "Black"}),
        shop.client.patch("/products/1", json={"stock": 3}),
    )
    assert [each.status_code for each in answers] == [200, 200]
    shown = (await shop.client.get("/products/1")).json()
    assert (shown["name"], shown["stock"]) == ("Black", 3)
