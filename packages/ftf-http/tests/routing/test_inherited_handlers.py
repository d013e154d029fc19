"""Handlers of a controller that a subclass inherits, overrides or would hide."""

import types

import pytest

from ftf.http import Controller, FastTrackFramework, delete, get


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
