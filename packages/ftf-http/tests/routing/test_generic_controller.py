"""Controllers with type parameters, and what subclasses put in their place."""

from typing import Annotated, Generic, TypeVar

import pytest
from fastapi import Body
from pydantic import BaseModel

from ftf.http import Controller, FastTrackFramework, Inject, Injected, Router, get, post, put

T = TypeVar("T")


class In(BaseModel):
    name: str


class Out(BaseModel):
    number: int


class Store[I]:
    def __init__(self) -> None:
        self.stored: list[I] = []


class Crud[I: BaseModel, O: BaseModel = Out](Controller):
    def __init__(self, store: Store[I]) -> None:
        self.store = store

    @get()
    async def index(self, store: Injected[Store[I]]) -> bool:
        return store is self.store

    @get("/default")
    async def default(self, store: Store[I] = Inject(Store[I])) -> bool:
        return store is self.store

    @post()
    async def create(self, body: I) -> str:
        self.store.stored.append(body)
        return type(body).__name__

    @post("/all", response_model=list[O])
    async def create_all(self, bodies: list[I], extra: I | None = None) -> object:
        return [{"number": len(bodies), "secret": 1}]

    @put("/{number}")
    async def change(self, number: int, body: Annotated[I, Body(embed=True)]) -> O: ...


class Middle[A: BaseModel](Crud[A]):
    @get("/middle")
    async def middle(self) -> str:
        return "middle"


class Things(Middle[In]):
    prefix = "/things"


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


@pytest.mark.parametrize("kind", [FastTrackFramework, Router])
def test_resource_49_a_controller_that_is_added_twice_is_refused(kind):
    served = kind()
    served.add_controller(Things)
    with pytest.raises(ValueError, match="Things is added already: GET /things has its handler"):
        served.add_controller(Things)
    assert len(served.routes) == len({(r.path, *sorted(r.methods)) for r in served.routes})
