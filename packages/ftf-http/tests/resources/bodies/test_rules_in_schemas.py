"""Rules wherever annotations of a schema have them: sets, tuples, unions, root models, aliases."""

from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal

import pytest
from catalogue import Model, Product, Supplier, Tag
from pydantic import AliasChoices, AliasPath, BaseModel, Field, RootModel, model_validator
from sqlalchemy import Numeric, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ftf.http import Controller, FastTrackFramework, post
from ftf.http.resources import Checked, Faults, Form, Validated
from ftf.orm import Exists, Unique

type TagId = Annotated[int, Exists(Tag.id)]
type SupplierId = Annotated[int, Exists(Supplier.id)]


class Plot(Model):
    __tablename__ = "plots"
    __table_args__ = (UniqueConstraint("row", "column"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    row: Mapped[int]
    column: Mapped[int]
    area: Mapped[Decimal | None] = mapped_column(Numeric(6, 2), unique=True)


class PlotIn(BaseModel):
    __rules__: ClassVar = (Unique(Plot.row, Plot.column),)
    row: int
    at: int = Field(0, alias="At")
    column: int


class Tags(RootModel[list[TagId]]): ...


class Animal(BaseModel):
    tag: TagId


class Cat(Animal):
    kind: Literal["cat"] = "cat"


class Everything(BaseModel):
    some: set[TagId] = set()
    frozen: Annotated[frozenset[int], Exists(Tag.id)] = frozenset()
    pair: tuple[TagId, SupplierId] | None = None
    row: tuple[TagId, ...] = ()
    by_tag: dict[TagId, SupplierId] = {}
    tags: Tags | None = None
    plots: list[PlotIn] = []
    default: TagId | Literal["none"] | None = None
    sku: Annotated[str, Unique(Product.sku)] | bool = False
    animal: Animal | None = None
    chosen: Annotated[TagId | None, Field(validation_alias=AliasChoices("new", "old"))] = None
    deep: Annotated[TagId | None, Field(validation_alias=AliasPath("far", "away"))] = None
    area: Annotated[Decimal, Unique(Plot.area)] | None = None

    @model_validator(mode="after")
    def as_cat(self) -> "Everything":
        if self.animal is not None:
            self.animal = Cat(tag=self.animal.tag)
        return self


class Asked(Form[Everything]):
    async def check(self, body: Everything, faults: Faults) -> None:
        if body.sku is True:
            faults.add("/sku", code="yes", detail="is true")


class Other(BaseModel):
    size: int


class Bodies(Controller):
    prefix = "/bodies"

    @post("/one")
    async def one(self, body: Checked[Everything]) -> None: ...

    @post("/checked")
    async def checked(self, body: Checked[Everything], other: Other) -> None: ...

    @post("/validated")
    async def validated(self, form: Validated[Asked], other: Other) -> None: ...

    @post("/same")
    async def same(self, form: Validated[Asked], body: Checked[Everything]) -> None: ...


@pytest.fixture
async def shop(serving):
    """The tags 1 and 2, the supplier 1 and the plot of row 1, column 1."""
    app = FastTrackFramework()
    app.add_controller(Bodies)
    async with serving(app) as shop:
        await shop.save(Tag(name="a"), Tag(name="b"), Supplier(name="s"), Plot(row=1, column=1))
        yield shop


async def faults(shop, body: object, path: str = "one") -> list[tuple[str, str]]:
    answer = await shop.client.post(f"/bodies/{path}", json=body)
    if answer.status_code == 200:
        return []
    assert answer.status_code == 422
    return [(each["pointer"], each["code"]) for each in answer.json()["errors"]]


async def test_resource_61_rules_hold_in_every_kind_of_annotation(shop):
    for valid, wrong, pointers in (
        ({"some": [1, 2]}, {"some": [1, 9]}, ["/some"]),
        ({"frozen": [1, 2]}, {"frozen": [9]}, ["/frozen"]),
        ({"pair": [2, 1]}, {"pair": [9, 2]}, ["/pair/0", "/pair/1"]),
        ({"row": [1, 2]}, {"row": [1, 9]}, ["/row/1"]),
        ({"by_tag": {"2": 1}}, {"by_tag": {"9": 1, "1": 2}}, ["/by_tag/9", "/by_tag/1"]),
        ({"tags": [2, 1]}, {"tags": [1, 9]}, ["/tags/1"]),
        ({"default": 2}, {"default": 9}, ["/default"]),
        ({"animal": {"tag": 1}}, {"animal": {"tag": 9}}, ["/animal/tag"]),
        ({"old": 1}, {"new": 9}, ["/new"]),
        ({"far": {"away": 1}}, {"far": {"away": 9}}, ["/far/away"]),
    ):
        assert await faults(shop, valid) == []
        assert await faults(shop, wrong) == [(pointer, "exists") for pointer in pointers]


async def test_resource_61_rules_about_several_fields_hold_in_schemas_within_others(shop):
    free = {"row": 1, "column": 2}
    assert await faults(shop, {"plots": [free]}) == []
    found = await faults(shop, {"plots": [free, {"row": 1, "column": 1}, free]})
    assert found == [("/plots/1/row", "unique"), ("/plots/2/row", "unique")]


async def test_a_rule_of_one_part_of_a_union_is_not_asked_about_values_of_others(shop):
    for body in ({"default": "none"}, {"default": None}, {"sku": True}, {}):
        assert await faults(shop, body) == []


async def test_a_body_that_is_one_of_several_begins_the_pointers(shop):
    for path in ("checked", "validated"):
        body: dict[str, Any] = {"body": {"tags": [9]}, "other": {"size": 1}}
        assert await faults(shop, body, path) == [("/body/tags/0", "exists")]


async def test_the_faults_of_a_form_begin_with_the_body_if_it_is_one_of_several(shop):
    body = {"body": {"sku": True}, "other": {"size": 1}}
    assert await faults(shop, body, "validated") == [("/body/sku", "yes")]
    assert await faults(shop, body["body"], "same") == [("/sku", "yes")]


async def test_resource_62_a_number_that_a_column_does_not_hold_is_a_fault(shop):
    refused = [] if shop.engine.dialect.name == "sqlite" else [("/area", "not_storable")]
    for area in ("1e400", "12345.6", "-9999.995", "1e-400"):
        assert await faults(shop, {"area": area}) == ([] if area == "1e-400" else refused)
    assert await faults(shop, {"area": "9999.99"}) == []
