"""Controllers with type parameters, and what subclasses put in their place."""

from typing import Annotated, Generic, TypeVar

import pytest
from fastapi import Body
from pydantic import BaseModel

from ftf.http import Controller, FastTrackFramework, Inject, Injected, get, post, put

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
