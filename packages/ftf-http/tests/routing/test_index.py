"""The route index finds the route that FastAPI finds, without asking the others."""

from itertools import permutations

import pytest
from fastapi.routing import APIRoute
from routed import applications, ask, plain, same, show
from starlette.convertors import CONVERTOR_TYPES, Convertor, register_url_convertor
from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute, Match, Route, Router, WebSocketRoute

from ftf.http import FastTrackFramework


class Watched:
    """A compiled pattern that counts how often it is asked."""

    def __init__(self, route) -> None:
        self._pattern = route.path_regex
        self.pattern = self._pattern.pattern
        self.asked = 0
        route.path_regex = self

    def match(self, path: str):
        self.asked += 1
        return self._pattern.match(path)


async def test_finding_a_route_asks_only_those_that_may_match():
    app = FastTrackFramework()
    for number in range(50):
        app.get(f"/items{number}/{{item}}")(show("items"))
    watched = [Watched(each) for each in app.routes if isinstance(each, APIRoute)]
    assert (await ask(app, "/items40/a"))["status"] == 200  # FastAPI's way
    for each in watched:
        each.asked = 0
    assert (await ask(app, "/items40/a"))["status"] == 200
    assert [each.asked for each in watched].count(0) == 49


@pytest.mark.parametrize("order", [*permutations(range(3))])
async def test_path_1_the_first_declared_route_wins(order):
    paths = ["/users/me", "/users/{name}", "/{kind}/me"]

    def build(app, router):
        for number in order:
            app.get(paths[number])(show(f"route{number}"))

    await same(build, ("GET", "/users/me"), ("GET", "/users/you"), ("GET", "/pets/me"))


async def test_path_2_a_path_has_methods_in_several_routers():
    def build(app, router):
        for method in ("GET", "POST"):
            inner = router(prefix="/orders")
            inner.add_api_route("/{number}", show(method), methods=[method])
            app.include_router(inner)
        app.put("/orders/{number}")(show("PUT"))

    methods = ("GET", "POST", "PUT", "DELETE", "HEAD")
    await same(build, *((method, "/orders/1") for method in methods))


async def test_path_3_methods_are_compared_as_fastapi_does():
    def build(app, router):
        app.get("/api")(show("api"))
        app.add_route("/plain", plain("plain"))
        app.add_api_route("/any", show("any"), methods=["get", "HEAD", "OPTIONS"])

    methods = ("GET", "get", "HEAD", "OPTIONS", "POST")
    await same(build, *((m, path) for m in methods for path in ("/api", "/plain", "/any")))


@pytest.mark.parametrize("redirects", [True, False])
@pytest.mark.parametrize("root", ["", "/proxy"])
async def test_path_4_slashes_are_redirected(redirects, root):
    def build(app, router):
        app.root_path = root  # the argument is deprecated
        app.get("/with/")(show("with"))
        app.get("/without")(show("without"))
        app.get("/both")(show("both"))
        app.get("/both/")(show("both_slash"))
        inner = router()
        inner.get("/inner/{x}/")(show("inner"))
        app.include_router(inner)

    paths = ["/with", "/with/", "/without", "/without/", "/both", "/both/", "/inner/1", "/inner/1/"]
    options = {"redirect_slashes": redirects}
    prefixes = {"", root}
    requests = [("GET", prefix + path) for prefix in prefixes for path in paths]
    await same(build, *requests, options=options, query_string=b"a=1")


ODD = [
    "/a%2Fb",
    "/a/b",
    "/%61",
    "/a",
    "//a",
    "/a//b",
    "/a/",
    "/a//",
    "/",
    "",
    "*",
    "a",
    "/a/../b",
    "/..",
    "/a.",
    "/a\n",
    "/a\n\n",
    "/a/b\n",
    "/\n",
    "/a\x00",
    "/a\udcff",
    "/ä",
    "/A",
    "/a b",
    "/{name}",
    "/a{b}",
]


async def test_path_5_odd_paths_match_as_on_fastapi():
    def build(app, router):
        app.get("/a")(show("a"))
        app.get("/a/{name}")(show("a_name"))
        app.get("/{name}")(show("name"))
        app.get("/a{b")(show("brace"))
        app.get("/{name}/b")(show("name_b"))
        app.get("/x/")(show("x"))
        app.get("/{whole:path}/end")(show("whole"))

    await same(build, *(("GET", path) for path in (*ODD, "/a/b/end", "//end", "/end", "/a\n/end")))


class Word(Convertor[str]):
    regex = "[a-z]+(?:/[a-z]+)?"

    def convert(self, value: str) -> str:
        if value == "bad":
            raise ValueError(value)
        return value.upper()

    def to_string(self, value: str) -> str:
        return value.lower()


async def test_path_6_convertors_match_as_on_fastapi(monkeypatch):
    monkeypatch.setattr("starlette.convertors.CONVERTOR_TYPES", CONVERTOR_TYPES)
    monkeypatch.setitem(CONVERTOR_TYPES, "word", None)
    register_url_convertor("word", Word())

    def build(app, router):
        app.get("/{n:int}")(show("int"))
        app.get("/{n:float}")(show("float"))
        app.get("/{n:uuid}")(show("uuid"))
        app.get("/w/{n:word}/end")(show("word"))
        app.get("/files/{p:path}/meta")(show("path_meta"))
        app.get("/files/{p:path}")(show("path"))
        app.get("/{a}-{b:int}.json")(show("mixed"))
        app.get("/{name}")(show("name"))

    paths = ["/1", "/1.5", "/0b9a2c1e-7f3b-4f0e-8d8a-0d3e5c7b9a11", "/x", "/a-1.json", "/-1.json"]
    paths += ["/w/ab/end", "/w/ab/cd/end", "/w/ab/cd/ef/end", "/w/1/end"]
    paths += ["/files/", "/files/a/b", "/files/a/b/meta", "/files//meta", "/files/meta"]
    await same(build, *(("GET", path) for path in paths))
    for app in applications(build):
        for _ in range(2):
            with pytest.raises(ValueError, match="bad"):
                await ask(app, "/w/bad/end")


class Own(APIRoute):
    """Matches a path in capitals as well."""

    def matches(self, scope):
        return super().matches({**scope, "path": scope["path"].lower()})


class Handling(APIRoute):
    async def handle(self, scope, receive, send):
        await PlainTextResponse("handled")(scope, receive, send)


class Late(BaseRoute):
    """Answers what the others leave."""

    def matches(self, scope):
        if scope["path"].startswith("/late"):
            return Match.FULL, {"endpoint": self, "path_params": {"late": 1}}
        return Match.NONE, {}

    async def handle(self, scope, receive, send):
        await PlainTextResponse(repr(scope["path_params"]))(scope, receive, send)


def with_everything(app, router):
    app.get("/static/own")(show("before"))
    app.mount("/static", Router([Route("/{file:path}", plain("static"))]))
    app.get("/static/late")(show("after"))
    app.mount("/{tenant}/files", Router([Route("/{file}", plain("tenant"))]))
    app.host("other.test", Router([Route("/{x}", plain("host"))]))
    app.router.routes.append(Late())
    app.get("/late/{x}")(show("late"))
    app.router.routes.append(WebSocketRoute("/socket", plain("socket")))
    app.get("/socket")(show("socket"))
    inner = router(route_class=Own)
    inner.get("/capitals")(show("capitals"))
    app.include_router(inner, prefix="/included")
    handling = router(route_class=Handling)
    handling.get("/handling")(show("handling"))
    handling.add_route("/plain/{x}", plain("plain"))
    handling.add_route("/numbers/{n:int}", plain("numbers"))
    handling.mount("/mounted", Router([Route("/{x}", plain("mounted"))]))
    app.include_router(handling, prefix="/included")
    own = router()
    own.get("/included/capitals")(show("second"))
    own.get("/{a}/{b}/{c}/{d}")(show("four"))
    app.include_router(own)
    app.get("/capitals")(show("direct"))
    app.add_api_route("/own", show("own"))
    app.mount("", Router([Route("/", plain("root")), Route("/rest/{x}", plain("rest"))]))
    app.get("/never")(show("never"))


EVERYTHING = [
    "/static/own",
    "/static/late",
    "/static",
    "/static/a/b",
    "/acme/files/x",
    "/late/x",
    "/socket",
    "/included/capitals",
    "/INCLUDED/CAPITALS",
    "/included/handling",
    "/included/plain/1",
    "/included/numbers/1",
    "/included/numbers/x",
    "/included/mounted/1",
    "/1/2/3/4",
    "/capitals",
    "/own",
    "/",
    "/rest/1",
    "/never",
]


@pytest.mark.parametrize("host", [b"test", b"other.test"])
async def test_path_7_whatever_matches_in_its_own_way_keeps_its_place(host):
    requests = [(method, path) for path in EVERYTHING for method in ("GET", "POST")]
    await same(with_everything, *requests, headers=[(b"host", host)])
