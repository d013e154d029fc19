"""Starlette, whose author reads parameters and writes answers by hand."""

from contenders import hand_wired
from pydantic import TypeAdapter, ValidationError
from rows import ITEMS, Greeter, Item
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

PLACES = ("",)
GREETER = Greeter()
LIST = TypeAdapter(list[Item])


def written(content: bytes) -> Response:
    """Answer with JSON that is written already."""
    return Response(content, media_type="application/json")


async def bare(_: Request) -> Response:
    """Answer."""
    return JSONResponse({"ok": True})


async def parameters(request: Request) -> Response:
    """Return the parameters."""
    query = request.query_params
    try:
        item_id, limit = int(request.path_params["item_id"]), int(query.get("limit", 10))
    except ValueError:
        return Response(status_code=422)
    return JSONResponse({"item_id": item_id, "q": query.get("q"), "limit": limit})


async def body(request: Request) -> Response:
    """Return the body."""
    try:
        item = Item.model_validate_json(await request.body())
    except ValidationError:
        return Response(status_code=422)
    return written(item.model_dump_json().encode())


async def models(_: Request) -> Response:
    """Return a list."""
    return written(LIST.dump_json(ITEMS))


async def singleton(_: Request) -> Response:
    """Use the singleton."""
    return JSONResponse({"text": GREETER.text})


def thread(_: Request) -> Response:
    """Answer from a thread."""
    return JSONResponse({"ok": True})


async def depends(request: Request) -> Response:
    """Return what two functions read."""
    query = request.query_params
    try:
        page, user = int(query.get("page", 1)), query["user"]
    except (ValueError, KeyError):
        return Response(status_code=422)
    return JSONResponse({"page": page, "user": user})


async def singletons(_: Request) -> Response:
    """Use what was made at start."""
    return JSONResponse(await hand_wired.singletons())


async def scoped(_: Request) -> Response:
    """Make everything, and close what has to be."""
    return JSONResponse(await hand_wired.scoped())


async def last(request: Request) -> Response:
    """Return the parameter."""
    return JSONResponse({"item_id": int(request.path_params["item_id"])})


def with_routes(number: int) -> Starlette:
    """Make an application with routes, of which `/last/{item_id}` is the last one."""
    others = [Route(f"/things{at}/{{item_id}}", last) for at in range(number - 1)]
    return Starlette(routes=[*others, Route("/last/{item_id}", last)])


app = Starlette(
    routes=[
        Route("/bare", bare),
        Route("/parameters/{item_id}", parameters),
        Route("/body", body, methods=["POST"]),
        Route("/models", models),
        Route("/singleton", singleton),
        Route("/thread", thread),
        Route("/depends", depends),
        Route("/singletons", singletons),
        Route("/scoped", scoped),
    ]
)
