"""Controllers with type parameters, and what subclasses put in their place."""

import types
from typing import Annotated, Generic, Protocol, TypeVar

import pytest
from fastapi import Body
from pydantic import BaseModel

from ftf.http import (
    Controller,
    FastTrackFramework,
    Inject,
    Injected,
    Router,
    delete,
    get,
    post,
    put,
)

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


class OpenBody[I](Controller):
    @post("/")
    async def create(self, body: I) -> None: ...


class OpenList[I](Controller):
    @post("/")
    async def create(self, body: list[I]) -> None: ...


class OpenResult[I](Controller):
    @post("/")
    async def create(self) -> I | None: ...


@pytest.mark.parametrize(
    ("controller", "place"), [(OpenBody, "body"), (OpenList, "body"), (OpenResult, "return")]
)
def test_a_type_parameter_without_an_argument_is_refused(controller, place):
    match = rf"\.create, '{place}': the type parameter I has no argument: add a subclass"
    with pytest.raises(TypeError, match=match):
        FastTrackFramework().add_controller(controller)


def test_a_closed_form_is_not_a_class():
    with pytest.raises(TypeError, match="is not a subclass of Controller"):
        FastTrackFramework().add_controller(Crud[In])


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


class Exact[E: (int, str)](Controller):
    @get("/{key}")
    async def show(self, key: E) -> None: ...


class Speaker(Protocol):
    words: str


class Spoken[S: Speaker](Controller):
    @get("/")
    async def show(self, said: Injected[S]) -> None: ...


@pytest.mark.parametrize(
    ("controller", "match"),
    [
        (types.new_class("Bad", (Crud[int],)), "I has to be a subclass of BaseModel, not int"),
        (types.new_class("Bad", (Exact[bytes],)), "E has to be int or str, not bytes"),
    ],
)
def test_resource_48_a_type_argument_that_the_parameter_does_not_allow_is_refused(
    controller, match
):
    with pytest.raises(TypeError, match=f"Bad: the type parameter {match}"):
        FastTrackFramework().add_controller(controller)


def test_resource_48_an_argument_that_no_name_of_the_module_is_is_refused():
    class Nameless(Partly["Nowhere"]): ...

    with pytest.raises(TypeError, match="cannot be evaluated: name 'Nowhere' is not defined"):
        FastTrackFramework().add_controller(Nameless)


def test_resource_48_a_parameter_closed_by_another_one_is_open():
    class Between[A: BaseModel](Crud[A]): ...

    with pytest.raises(TypeError, match=r"Between.*: the type parameter A has no argument"):
        FastTrackFramework().add_controller(Between)


def test_resource_48_a_parameter_that_only_services_have_is_open_too():
    class Stored[I](Controller):
        def __init__(self, store: Store[I]) -> None: ...

        @get("/")
        async def index(self) -> None: ...

    app = FastTrackFramework()
    with pytest.raises(TypeError, match=r"Stored: the type parameter I has no argument"):
        app.add_controller(Stored)
    assert "/" not in [route.path for route in app.routes]


async def test_what_no_class_can_be_compared_with_is_allowed(serve):
    class Said(Speaker):
        words = "none"

    app = FastTrackFramework()
    app.register(Said)
    app.add_controller(types.new_class("Says", (Spoken[Said],)))
    app.add_controller(
        types.new_class("Ints", (Exact[int],), {}, lambda it: it.update(prefix="/i"))
    )
    async with serve(app) as client:
        assert (await client.get("/")).status_code == 200
        assert (await client.get("/i/1")).status_code == 200


async def test_resource_49_an_override_of_a_subclass_of_a_subclass_is_called_once(serve):
    calls = []

    class Base[T](Controller):
        prefix = "/x"

        @get()
        async def index(self) -> list[str]:
            await self.listed()
            return calls

        async def listed(self) -> None:
            calls.append("base")

    class Left[T](Base[T]):
        async def listed(self) -> None:
            calls.append("left")
            await super().listed()

    class Right[T](Base[T]):
        async def listed(self) -> None:
            calls.append("right")
            await super().listed()

    class Both(Left[int], Right[int]): ...

    app, other = FastTrackFramework(), FastTrackFramework()
    app.add_controller(Both)
    other.add_controller(types.new_class("Alone", (Base[str],)))
    async with serve(app) as client, serve(other) as client_of_other:
        assert (await client.get("/x")).json() == ["left", "right", "base"]
        assert (await client_of_other.get("/x")).json() == ["left", "right", "base", "base"]


@pytest.mark.parametrize("kind", [FastTrackFramework, Router])
def test_resource_49_a_controller_that_is_added_twice_is_refused(kind):
    served = kind()
    served.add_controller(Things)
    with pytest.raises(ValueError, match="Things is added already: GET /things has its handler"):
        served.add_controller(Things)
    assert len(served.routes) == len({(r.path, *sorted(r.methods)) for r in served.routes})


class Items(Controller):
    prefix = "/items"

    @get()
    async def index(self) -> str:
        return "index"

    @get("/{key}")
    async def show(self, key: str) -> str:
        return f"show {key}"

    @get("/{key:int}/{part}")
    async def part(self, key: int, part: str) -> str:
        return f"part {part}"

    @delete("/{key}")
    async def destroy(self, key: str) -> str:
        return f"destroy {key}"


class Exported(Items):
    @get("/export")
    async def export(self) -> str:
        return "export"

    @get("/{key:int}/tags")
    async def tags_of(self, key: int) -> str:
        return "tags"

    @get("/{key}/late")
    async def late(self, key: str) -> str:
        return "late"


async def test_resource_50_a_path_of_a_subclass_comes_before_what_would_hide_it(serve):
    app = FastTrackFramework()
    app.add_controller(Exported)
    async with serve(app) as client:
        for path, answer in {
            "": "index",
            "/export": "export",
            "/7": "show 7",
            "/7/tags": "tags",
            "/7/sizes": "part sizes",
            "/x/late": "late",
        }.items():
            assert (await client.get(f"/items{path}")).json() == answer
        assert (await client.delete("/items/export")).json() == "destroy export"
        refused = await client.put("/items/7")
    assert (refused.status_code, refused.headers["allow"]) == (405, "DELETE, GET")
    paths = [route.path for route in app.routes if route.path.startswith("/items")]
    assert paths.index("/items") < paths.index("/items/export") < paths.index("/items/{key}")


@pytest.mark.parametrize("name", ["prefix", "tags", "dependencies"])
def test_a_handler_with_the_name_of_an_attribute_is_refused(name):
    @get("/x")
    async def handler(self) -> None: ...

    mistaken = type("Mistaken", (Controller,), {name: handler})
    with pytest.raises(TypeError, match=rf"Mistaken\.{name} is an attribute .*: rename"):
        FastTrackFramework().add_controller(mistaken)
