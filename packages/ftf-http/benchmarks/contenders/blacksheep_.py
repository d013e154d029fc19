"""BlackSheep, with its own services; those of a request, and what `Depends` does, by hand."""

import asyncio

from blacksheep import Application, FromJSON, Response, Router
from blacksheep.server.responses import json
from contenders import hand_wired
from rows import ITEMS, Greeter, Item

PLACES = ("",)
router = Router()
app = Application(router=router)
app.services.add_instance(Greeter())


@router.get("/bare")
async def bare() -> Response:
    """Answer."""
    return json({"ok": True})


@router.get("/parameters/{item_id}")
async def parameters(item_id: int, q: str | None = None, limit: int = 10) -> Response:
    """Return the parameters."""
    return json({"item_id": item_id, "q": q, "limit": limit})


@router.post("/body")
async def body(data: FromJSON[Item]) -> Response:
    """Return the body."""
    return json(data.value.model_dump())


@router.get("/models")
async def models() -> Response:
    """Return a list."""
    return json([item.model_dump() for item in ITEMS])


@router.get("/singleton")
async def singleton(greeter: Greeter) -> Response:
    """Use the singleton."""
    return json({"text": greeter.text})


@router.get("/thread")
async def thread() -> Response:
    """Answer from a thread."""
    return json(await asyncio.to_thread(lambda: {"ok": True}))


@router.get("/depends")
async def depends(user: str, page: int = 1) -> Response:
    """Return the parameters."""
    return json({"page": page, "user": user})


@router.get("/scoped")
async def scoped() -> Response:
    """Make everything, and close what has to be."""
    return json(await hand_wired.scoped())


def with_routes(number: int) -> Application:
    """Make an application with routes, of which `/last/{item_id}` is the last one."""
    routes = Router()
    paths = [*(f"/things{at}" for at in range(number - 1)), "/last"]

    async def last(item_id: int) -> Response:
        return json({"item_id": item_id})

    for path in paths:
        routes.add_get(f"{path}/{{item_id}}", last)
    return Application(router=routes)
