"""What a resource declares wrongly is found when it is added, with a remedy."""

import sys
import types
from dataclasses import dataclass
from importlib import reload
from typing import Annotated

import pydantic
import pytest
from catalogue import (
    Country,
    Model,
    Product,
    ProductIn,
    ProductOut,
    Products,
    Review,
    ReviewOut,
    Reviews,
    Supplier,
    Tag,
)
from pydantic import BaseModel
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ftf.http import FastTrackFramework, get, resources
from ftf.http.resources import MISSING, Count, Needs, Projection, ResourceController
from ftf.orm import Filter, FilterSet, Include, Repository, Sort, Versioned


class Out(BaseModel):
    id: int


class Named(BaseModel):
    name: str


class Keyed(BaseModel):
    id: int = 1


class Unattached(BaseModel):
    password: str


class Whole(BaseModel):
    reviews: list[ReviewOut] = []


class Anything(BaseModel, extra="allow"):
    name: str


class Numbered(Versioned, Model):
    __tablename__ = "numbered"
    id: Mapped[int] = mapped_column(primary_key=True)


class Version(BaseModel):
    version: int


class Node(Model):
    __tablename__ = "nodes"
    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("nodes.id"))
    parent: Mapped["Node | None"] = relationship(remote_side="Node.id")


class Endless(BaseModel):
    parent: "Endless | None"


class NodeOut(BaseModel):
    id: int
    parent: "NodeOut | MISSING | None" = MISSING


class Unfit(BaseModel):
    reviews: list[int]


class Lacking(BaseModel):
    colour: str


class Nested(BaseModel):
    class Inner(BaseModel):
        products_count: Annotated[int, Count(Product.reviews)]

    supplier: Inner


async def coroutine(self, query): ...


def resource(model, body, answer, **attributes):
    closed, body_of = ResourceController[model, body, answer], {"prefix": "/x"} | attributes
    return types.new_class("Wrong", (closed,), {}, lambda names: names.update(body_of))


WRONG = {
    "an action that is unknown": (
        {"actions": ("index", "list")},
        "Wrong has an unknown action 'list': actions can have index, show",
    ),
    "no actions": ({"actions": ()}, "Wrong has no actions: actions can have index"),
    "filters of another model": (
        {"filters": FilterSet(Tag)},
        "Wrong.filters must be a FilterSet of Product",
    ),
    "a filter about what is not shown": (
        {"filters": FilterSet(Product, Filter(Product.cost))},
        "the parameter 'cost' is about Product.cost, which ProductOut does not show",
    ),
    "a sort by what is not shown": (
        {"filters": FilterSet(Product, sorts=(Product.hidden,))},
        "'sort' is about Product.hidden",
    ),
    "a filter behind a relationship that is not shown": (
        {
            "filters": FilterSet(
                Product, Filter(Supplier.secret, "contains", via=(Product.supplier,))
            )
        },
        "'secret__contains' is about Supplier.secret|'secret' is about Supplier.secret",
    ),
    "an include without a field": (
        {"answer": Out, "filters": FilterSet(Product, includes=(Include(Product.supplier),))},
        "Out has no field for Include",
    ),
    "a parent that is a list": ({"parent": Product.reviews}, "Wrong.parent must be a relationship"),
    "a parent that the prefix does not name": (
        {"parent": Product.supplier},
        r"its prefix has no \{supplier\}: write, .* prefix = '/suppliers/\{supplier\}/x'",
    ),
    "a key in the body": ({"body": Keyed}, "Keyed.id is set by the server: leave it out"),
    "what is no column": (
        {"body": Unattached},
        "Unattached.password is not a column of Product: leave it out, or override",
    ),
    "a relationship in the body": ({"body": Whole}, "Whole.reviews is a relationship"),
    "a body that allows anything": ({"body": Anything}, "Anything allows unknown fields"),
    "a version in the body": (
        {"model": Numbered, "body": Version, "answer": Out},
        "Version.version is set by the server",
    ),
    "a parent in the body": (
        {"parent": Product.supplier, "prefix": "/suppliers/{supplier}/products"},
        "ProductIn.supplier_id is set by the server",
    ),
    "a relationship without a schema": (
        {"answer": Unfit},
        "Unfit.reviews shows a relationship without a schema",
    ),
    "what is no attribute": ({"answer": Lacking}, "Lacking.colour is not an attribute of Product"),
    "a schema without end": (
        {"model": Node, "body": Named, "answer": Endless},
        r"Endless.parent contains Endless without end: write `Endless \| MISSING = MISSING`",
    ),
    "actions that are a text": (
        {"actions": "index"},
        r"Wrong.actions is a text: write `actions = \('index',\)`",
    ),
    "an attribute in the singular": (
        {"action": ("index",)},
        r"Wrong.action is not an attribute of resources: write `actions = \.\.\.`",
    ),
    "a model without a table": ({"model": Model}, "Wrong: Model has no table: name a model"),
    "a parent that is a text": ({"parent": "product"}, "Wrong.parent must be a relationship of P"),
    "a parent that is a column": (
        {"parent": Product.supplier_id},
        "relationship of Product to one record by one foreign key, .* not Product.supplier_id",
    ),
    "a parent of another model": ({"parent": Review.product}, "Wrong.parent must be a relationsh"),
    "a prefix with a parameter that is not read": (
        {"prefix": "/suppliers/{supplier}/products"},
        r"names \{supplier\} in its prefix, which no action reads: write `parent = Product.supp",
    ),
    "a constructor alone": (
        {"__init__": lambda self, records: None},
        r"Wrong.__init__ does not call .*: write `super\(\).__init__\(records\)` in it",
    ),
    "a hook that is not async": (
        {"stored": lambda self, record, body: None},
        r"Wrong.stored must be async: write `async def stored\(self, record, body\)`",
    ),
    "a step that is async": (
        {"scope": coroutine},
        r"Wrong.scope must not be async: write `def scope\(self, query\)`",
    ),
    "a hook of other parameters": (
        {"updating": coroutine},
        r"Wrong.updating is called with record, changes: write `async def updating\(self, record,",
    ),
    "a hook that is a value": (
        {"destroyed": True},
        r"Wrong.destroyed is a method of all resources: write `async def destroyed\(self, rec",
    ),
    "an idempotency that is a flag": (
        {"idempotency": True},
        r"Wrong.idempotency must be `idempotent\(...\)`, not True",
    ),
    "a count within": ({"answer": Nested}, "Inner.products_count counts in a schema within Nested"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_does_not_fit_is_refused(name):
    attributes, match = WRONG[name]
    facts = {"model": Product, "body": ProductIn, "answer": ProductOut} | attributes
    model, body, answer = (facts.pop(each) for each in ("model", "body", "answer"))
    app = FastTrackFramework()
    with pytest.raises((TypeError, ValueError), match=match):
        app.add_controller(resource(model, body, answer, **facts))
    assert not [route for route in app.routes if route.path.startswith("/x")]


def test_resource_21_what_is_not_shown_may_be_offered_in_so_many_words():
    filters = FilterSet(
        Product,
        Filter(Product.cost, unshown=True),
        Filter(Supplier.name, name="by", via=(Product.supplier,)),
        Filter(Country.name, name="from", via=(Product.supplier, Supplier.country)),
        Filter(Product.supplier_id),
        sorts=(Sort(Product.hidden, unshown=True),),
    )
    app = FastTrackFramework()
    app.add_controller(resource(Product, ProductIn, ProductOut, filters=filters))
    assert "/x" in app.openapi()["paths"]


def test_resource_51_only_the_actions_that_are_named_are_served():
    app = FastTrackFramework()
    app.add_controller(resource(Product, Unattached, ProductOut, actions=("index", "destroy")))
    paths = app.openapi()["paths"]
    assert {path: sorted(paths[path]) for path in ("/x", "/x/{id}")} == {
        "/x": ["get"],
        "/x/{id}": ["delete"],
    }


class Doing(ResourceController[Product, ProductIn, ProductOut]):
    prefix = "/doing"

    def __init__(self, records: Repository[Product]) -> None:
        super().__init__(records)

    @staticmethod
    async def stored(record, body) -> None: ...

    @classmethod
    async def updated(cls, record, changes) -> None: ...


class FurtherDoing(Doing):
    prefix = "/further/{kind}"

    def __init__(self, records: Repository[Product]) -> None:
        Doing.__init__(self, records)

    def scope(self, query): ...


@dataclass
class DoingByData(Doing):
    records: Repository[Product]


@pytest.mark.parametrize("controller", [Doing, FurtherDoing, DoingByData])
def test_constructors_and_hooks_that_work_are_not_refused(controller):
    app = FastTrackFramework()
    app.add_controller(controller)
    assert controller.prefix in app.openapi()["paths"]


def test_hooks_may_do_something_with_fields_that_are_no_columns():
    async def hook(self, record, values) -> None: ...

    app = FastTrackFramework()
    hooks = {"storing": hook, "updating": hook}
    app.add_controller(resource(Product, Unattached, ProductOut, **hooks))
    assert "/x" in app.openapi()["paths"]


def test_a_generator_in_a_parent_is_refused():
    class Streamed(Reviews):
        @get("/stream")
        async def stream(self):
            yield 1

    with pytest.raises(TypeError, match=r"Streamed\.stream has `yield`"):
        FastTrackFramework().add_controller(Streamed)


def test_resource_35_a_page_is_documented_by_its_kind_and_without_docstrings():
    document = {}
    for paging in ("page", "simple", "cursor"):
        app = FastTrackFramework()
        filters = FilterSet(Product, paging=paging)
        app.add_controller(resource(Product, ProductIn, ProductOut, filters=filters))
        operation = app.openapi()["paths"]["/x"]["get"]
        content = operation["responses"]["200"]["content"]["application/json"]
        document[paging] = content["schema"]["$ref"].rpartition("/")[2]
        names = [each["name"] for each in operation["parameters"]]
        assert names == ["cursor" if paging == "cursor" else "page", "per_page"]
        assert "Args:" not in str(app.openapi()["components"])
    assert document == {
        "page": "Page_ProductOut_",
        "simple": "SimplePage_ProductOut_",
        "cursor": "CursorPage_ProductOut_",
    }


type TagName = Annotated[Named, "said"]


class Described(BaseModel):
    label: str = "a product"  # no attribute: always the default
    made_by: Annotated[str, Needs(Product.supplier)] | None
    tags: tuple[TagName, ...]


def test_a_mark_may_be_within_a_union_and_a_default_may_stand_alone():
    product = Product(supplier=Supplier(name="Ada"), tags=[Tag(name="new")])
    assert Projection(Product, Described)(product).model_dump() == {
        "label": "a product",
        "made_by": "Ada",
        "tags": ({"name": "new"},),
    }


def test_resource_39_a_schema_may_contain_itself_through_missing():
    projection = Projection(Node, NodeOut)
    child = Node(id=2, parent=Node(id=1))
    assert projection(child).model_dump() == {"id": 2}
    parent = Include(Node.parent)
    assert projection.including([parent])(child).model_dump() == {"id": 2, "parent": {"id": 1}}
    with pytest.raises(ValueError, match="Out has no field for Include"):
        Projection(Node, Out).including([parent])


def test_resource_52_the_types_of_a_resource_are_its_schemas():
    with pytest.raises(TypeError, match="the type parameter In has to be a subclass of BaseModel"):
        FastTrackFramework().add_controller(resource(Product, dict, ProductOut))


def test_what_resources_need_is_one_clear_line(monkeypatch):
    monkeypatch.setattr(pydantic, "VERSION", "2.12.5")
    with pytest.raises(ImportError, match=r"needs ftf-orm and pydantic 2.13: pip install 'ftf-h"):
        reload(resources)
    monkeypatch.undo()
    monkeypatch.setitem(sys.modules, "ftf.orm", None)
    with pytest.raises(ImportError, match=r"needs ftf-orm"):
        reload(resources)


def test_two_applications_may_have_one_resource():
    documents = []
    for _ in range(2):
        app = FastTrackFramework()
        app.add_controller(Products)
        documents.append(app.openapi())
    assert documents[0] == documents[1]
