"""Type parameters of a controller that stay open, or have an argument that they do not allow."""

import types
from typing import Protocol

import pytest
from pydantic import BaseModel

from ftf.http import Controller, FastTrackFramework, Injected, get, post


class Body(BaseModel): ...


class Store[I]: ...


class Crud[I: BaseModel](Controller):
    @post("/")
    async def create(self, body: I) -> None: ...


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
        FastTrackFramework().add_controller(Crud[Body])


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
