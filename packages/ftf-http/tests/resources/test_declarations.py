"""What a resource may declare, and what the document says of it."""

import sys
from dataclasses import dataclass
from importlib import reload
from typing import Annotated

import pydantic
import pytest
from catalogue import (
    Country,
    Product,
    ProductIn,
    ProductOut,
    Products,
    Reviews,
    Supplier,
    Tag,
)
from misfits import (
    Named,
    Node,
    NodeOut,
    Out,
    Unattached,
    resource,
)
from pydantic import BaseModel

from ftf.http import FastTrackFramework, get, resources
from ftf.http.resources import Needs, Projection, ResourceController
from ftf.orm import Filter, FilterSet, Include, Repository, Sort


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
