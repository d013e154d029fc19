"""The OpenAPI document: schemes, scopes and answers where they hold, and only there."""

import json

from auth_people import Person, guarded
from fastapi import APIRouter

from ftf.http import FastTrackFramework, Router
from ftf.http.auth import Access, CurrentUser, fresh, public
from ftf.http.limits import Limit, throttle


async def show() -> int:
    return 1


def described(**options: object) -> FastTrackFramework:
    app = guarded(**options)
    app.add_limit("one", Limit.per_hour(1))

    @app.get("/maybe")
    @public
    async def maybe(user: CurrentUser[Person | None]) -> int:
        return 1

    @app.get("/me")
    async def me(user: CurrentUser[Person]) -> int:
        return 1

    inner, outer = APIRouter(dependencies=[Access(scopes=["b"])]), Router(prefix="/deep")
    inner.get("/{number}", responses={401: {"description": "Log in."}})(show)
    outer.include_router(inner, dependencies=[Access("web", scopes=["a"])])
    app.include_router(outer)
    app.get("/open")(show)
    app.get("/limited", dependencies=[throttle("one")])(show)
    app.get("/fresh", dependencies=[fresh(minutes=1)])(show)
    app.get("/hidden", include_in_schema=False, dependencies=[Access()])(show)
    return app


def operations(app: FastTrackFramework) -> dict[str, tuple[object, set[str]]]:
    paths = app.openapi()["paths"]
    return {
        path: (item["get"].get("security"), {*item["get"]["responses"]} - {"200", "422"})
        for path, item in paths.items()
    }


BOTH = [{"api": []}, {"web": []}]


def test_edge_s93_operations_have_what_their_routes_demand():
    assert operations(described(problem_details=False)) == {
        "/maybe": ([{}, *BOTH], {"401"}),
        "/me": (BOTH, {"401"}),
        "/deep/{number}": ([{"web": ["a", "b"]}], {"401", "403"}),
        "/open": (None, set()),
        "/limited": (None, {"429"}),
        "/fresh": (BOTH, {"401"}),
    }


def test_edge_s93_answers_are_problems_and_own_ones_stay():
    document = described().openapi()
    answers = document["paths"]["/deep/{number}"]["get"]["responses"]
    assert answers["401"]["description"] == "Log in."
    assert answers["403"]["description"] == "Forbidden"
    for status in ("401", "403"):
        schema = answers[status]["content"]["application/problem+json"]["schema"]
        assert schema == {"$ref": "#/components/schemas/Problem"}
    assert document["components"]["securitySchemes"] == {
        "api": {"type": "http", "scheme": "bearer"},
        "web": {"type": "apiKey", "in": "cookie", "name": "session"},
    }
    json.dumps(document)


def test_edge_s93_login_for_all_is_in_all_operations():
    app = guarded(closed=True)
    app.get("/closed")(show)
    app.get("/open", dependencies=[public])(show)
    assert operations(app)["/closed"] == (BOTH, {"401", "default"})
    assert operations(app)["/open"] == (None, {"default"})


def test_edge_s93_without_guards_nothing_is_added():
    app = FastTrackFramework()
    app.get("/")(show)
    assert "securitySchemes" not in app.openapi().get("components", {})
