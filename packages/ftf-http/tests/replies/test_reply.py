"""`Reply`, and the header `Link` of pages."""

import re
import sys
from typing import Annotated

import pytest
from fastapi import Depends, Request, Response
from pydantic import BaseModel
from starlette.requests import HTTPConnection

from ftf.http import Controller, FastTrackFramework, Injected, Reply, Router, get, post
from ftf.orm import CursorPage, Page, SimplePage


class Out(BaseModel):
    number: int


class Counter:
    step = 1


def numbers(page: int, per_page: int) -> Page[int]:
    items = [*range(1, 8)][(page - 1) * per_page : page * per_page]
    return Page.of(items, total=7, per_page=per_page, current_page=page)


@pytest.fixture
def app():
    app = FastTrackFramework()
    app.register(Counter)
    router = Router(prefix="/api")

    @router.get("/pages")
    async def pages(page: int = 1, per_page: int = 3, name: str = "") -> Page[int]:
        return numbers(page, per_page)

    @router.get("/simple")
    def simple(page: int = 1) -> SimplePage[int]:
        found = numbers(page, 3)
        return SimplePage(found.items, 3, page, has_more=found.has_more)

    @router.get("/cursors")
    async def cursors(count: Injected[Counter], cursor: int = 0) -> CursorPage[int]:
        following, before = cursor + count.step, cursor - count.step
        return CursorPage(
            [cursor],
            str(following) if following < 3 else None,
            str(before) if before >= 0 else None,
        )

    app.include_router(router)
    return app


def links(answer) -> dict[str, str]:
    found = re.findall(r'<([^>]*)>; rel="(\w+)"', answer.headers.get("link", ""))
    return {name: target for target, name in found}


async def test_resource_31_links_keep_the_filters_and_are_relative(app, serve):
    async with serve(app) as client:
        answer = await client.get("/api/pages?name=a%26b&page=2&per_page=3&name=%C3%A9")
        assert links(answer) == {
            "first": "?name=a%26b&per_page=3&name=%C3%A9&page=1",
            "prev": "?name=a%26b&per_page=3&name=%C3%A9&page=1",
            "next": "?name=a%26b&per_page=3&name=%C3%A9&page=3",
            "last": "?name=a%26b&per_page=3&name=%C3%A9&page=3",
        }
        assert "link" not in (await client.get("/api/pages?per_page=7")).headers
        strange = await client.get("/api/pages?x=%ff&y")
        assert links(strange)["next"] == "?x=%FF&y=&page=2"


@pytest.mark.parametrize(
    ("path", "rows"),
    [("pages", [*range(1, 8)]), ("simple", [*range(1, 8)]), ("cursors", [0, 1, 2])],
)
async def test_resource_31_following_next_visits_every_record_once(app, serve, path, rows):
    found, target = [], f"/api/{path}"
    async with serve(app) as client:
        while target:
            answer = await client.get(target)
            found += answer.json()["items"]
            following = links(answer).get("next")
            target = str(answer.url.join(following)) if following else ""
    assert found == rows


async def test_resource_31_the_first_page_of_cursors_has_none(app, serve):
    async with serve(app) as client:
        answer = await client.get("/api/cursors?cursor=1&x=1")
    assert links(answer) == {"first": "?x=1", "prev": "?x=1&cursor=0", "next": "?x=1&cursor=2"}


async def test_resource_32_links_resolve_wherever_the_application_is(app, serve):
    outer = FastTrackFramework()
    outer.mount("/shop", app)
    async with serve(outer) as client:
        answer = await client.get("/shop/api/pages", headers={"host": "evil"})
    assert "evil" not in answer.headers["link"]
    assert str(answer.url.join(links(answer)["next"])) == "http://test/shop/api/pages?page=2"


async def test_a_reply_has_headers_and_a_status_and_is_documented_as_its_value(app, serve):
    @app.post("/out", status_code=201)
    async def create() -> Reply[Out]:
        return Reply(Out(number=1), {"Location": "out/1"})

    @app.get("/sync")
    def read(response: Response, connection: HTTPConnection) -> "Reply[Out]":
        response.headers["x-own"] = connection.url.path
        return Reply(Out(number=2), status_code=206)

    @app.get("/asked")
    async def asked(request: Request, count: Injected[Counter]) -> Reply[int]:
        return Reply(count.step, {"x-path": request.url.path})

    class Things(Controller):
        prefix = "/things"

        @post()
        async def create(self) -> Reply[Page[int]]:
            return Reply(numbers(1, 3), {"x": "y"})

        @get("/direct")
        async def direct(self) -> Reply[int]:
            return Response("own", headers={"x": "z"})

    app.add_controller(Things)
    async with serve(app) as client:
        answer = await client.post("/out")
        assert (answer.status_code, answer.json()) == (201, {"number": 1})
        assert answer.headers["location"] == "out/1"
        answer = await client.get("/sync")
        assert (answer.status_code, answer.headers["x-own"]) == (206, "/sync")
        assert (await client.get("/asked")).headers["x-path"] == "/asked"
        answer = await client.post("/things")
        assert (answer.headers["x"], links(answer)["next"]) == ("y", "?page=2")
        assert (await client.get("/things/direct")).text == "own"
    document = app.openapi()
    operation = document["paths"]["/out"]["post"]
    schema = operation["responses"]["201"]["content"]["application/json"]["schema"]
    assert schema == {"$ref": "#/components/schemas/Out"}
    assert "parameters" not in operation


async def test_what_a_dependency_sets_stays(app, serve):
    def tagged(response: Response) -> None:
        response.headers["x-tag"] = "1"

    @app.get("/tagged")
    async def read(_: Annotated[None, Depends(tagged)]) -> Reply[int]:
        return Reply(1, {"x-reply": "2"})

    async with serve(app) as client:
        answer = await client.get("/tagged")
    assert (answer.headers["x-tag"], answer.headers["x-reply"]) == ("1", "2")


async def test_a_handler_of_two_routes_is_served_by_both(app, serve):
    @app.get("/one")
    async def one() -> Reply[int]:
        return Reply(1, {"x-one": "1"})

    app.add_api_route("/two", app.routes[-1].endpoint)
    async with serve(app) as client:
        assert (await client.get("/two")).headers["x-one"] == "1"


async def test_without_ftf_orm_no_answer_is_a_page(monkeypatch, serve):
    monkeypatch.delitem(sys.modules, "ftf.orm")
    app = FastTrackFramework()

    @app.get("/pages")
    async def pages() -> Page[int]:
        return numbers(1, 3)

    async with serve(app) as client:
        answer = await client.get("/pages?page=1")
    assert answer.json()["items"] == [1, 2, 3]
    assert "link" not in answer.headers
