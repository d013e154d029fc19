"""Controllers with type parameters, and what subclasses put in their place."""

from typing import Annotated, Generic, TypeVar

import pytest
from fastapi import Body
from generic_crud import In, Store, Things

from ftf.http import Controller, FastTrackFramework, get, post

T = TypeVar("T")


class Mixin:
    """A base without type parameters, first in line."""


class Special(Mixin, Things):
    prefix = "/special"


@pytest.fixture(params=[Things, Special])
def served(request):
    app = FastTrackFramework()
    app.register(Store, scope="scoped")
    app.add_controller(request.param)
    return app, request.param.prefix


async def test_bodies_and_services_are_of_the_subclass_type(served, serve):
    app, prefix = served
    async with serve(app) as client:
        assert (await client.post(prefix, json={"name": "a"})).json() == "In"
        assert (await client.post(prefix, json={"name": 1})).status_code == 422
        answer = await client.post(f"{prefix}/all", json={"bodies": [{"name": "a"}]})
        assert answer.json() == [{"number": 1}]
        assert (await client.get(prefix)).json() is True
        assert (await client.get(f"{prefix}/default")).json() is True
        assert (await client.get(f"{prefix}/middle")).json() == "middle"


def test_the_document_describes_them(served):
    app, prefix = served
    paths = app.openapi()["paths"]
    created, changed = paths[prefix]["post"], paths[prefix + "/{number}"]["put"]
    schema = created["requestBody"]["content"]["application/json"]["schema"]
    assert schema == {"$ref": "#/components/schemas/In"}
    assert "parameters" not in created
    returned = changed["responses"]["200"]["content"]["application/json"]["schema"]
    assert returned == {"$ref": "#/components/schemas/Out"}


async def test_type_variables_of_the_older_kind_are_known_too(serve):
    class Older(Controller, Generic[T]):
        @post("/older")
        async def create(self, body: "T") -> str:
            return type(body).__name__

    class Closed(Older[In]): ...

    app = FastTrackFramework()
    app.add_controller(Closed)
    async with serve(app) as client:
        assert (await client.post("/older", json={"name": "a"})).json() == "In"


class Keyed[K = int](Controller):
    @get("/one/{key}")
    async def show(self, key: K) -> K:
        return key


class Named(Keyed[str]):
    prefix = "/named"


class Numbered(Keyed):
    prefix = "/numbered"


type Body_ = In


class Forms[I, K](Controller):
    prefix = "/forms"

    @post("/list")
    async def many(self, body: list[I]) -> str:
        return type(body[0]).__name__

    @post("/optional")
    async def optional(self, body: I | None = None) -> str:
        return type(body).__name__

    @post("/text")
    async def text(self, body: "Annotated[I, Body()]") -> str:
        return type(body).__name__

    @get("/{key}")
    async def show(self, key: Annotated[K, "the key"]) -> str:
        return type(key).__name__


class Partly[A](Forms[A, int]): ...


class Fully(Partly["Body_"]): ...


async def test_resource_47_defaults_aliases_and_partly_closed_classes_are_closed(serve):
    app = FastTrackFramework()
    for controller in (Named, Numbered, Fully):
        app.add_controller(controller)
    async with serve(app) as client:
        assert (await client.get("/named/one/1")).json() == "1"
        assert (await client.get("/numbered/one/1")).json() == 1
        assert (await client.post("/forms/list", json=[{"name": "a"}])).json() == "In"
        assert (await client.post("/forms/optional", json={"name": "a"})).json() == "In"
        assert (await client.post("/forms/optional")).json() == "NoneType"
        assert (await client.post("/forms/text", json={"name": "a"})).json() == "In"
        assert (await client.get("/forms/3")).json() == "int"


def test_resource_48_an_argument_that_no_name_of_the_module_is_is_refused():
    class Nameless(Partly["Nowhere"]): ...

    with pytest.raises(TypeError, match="cannot be evaluated: name 'Nowhere' is not defined"):
        FastTrackFramework().add_controller(Nameless)
