"""This package."""

from typing import Annotated

from contenders.plain_fastapi import (
    bare,
    body,
    depends,
    fill,
    get_page,
    get_user,
    models,
    parameters,
    thread,
)
from fastapi import APIRouter, Depends
from rows import ITEMS, Greeter, Item
from services import (
    A,
    B,
    C,
    D,
    E,
    F,
    G,
    H,
    I,
    Settings,
    check_scoped,
    check_singletons,
    make_a,
    make_h,
    make_i,
)

from ftf.http import Controller, FastTrackFramework, Injected, Router, get, post

PLACES = ("", "/router", "/included", "/controller")
app = FastTrackFramework()
app.register(Greeter, scope="singleton")
app.register(Settings, scope="singleton")
app.register(A, make_a, scope="singleton")
app.register(B, scope="singleton")
for service in (C, D, E, F, G):
    app.register(service, scope="scoped")
app.register(H, make_h, scope="scoped")
app.register(I, make_i, scope="scoped")


async def singleton(greeter: Injected[Greeter]) -> dict[str, str]:
    """Use the singleton."""
    return {"text": greeter.text}


async def singletons(a: Injected[A], b: Injected[B]) -> dict[str, str]:
    """Use the singletons."""
    return check_singletons(a, b)


async def scoped(
    c: Injected[C],
    cc: Injected[C],
    ccc: Injected[C],
    d: Injected[D],
    dd: Injected[D],
    e: Injected[E],
    f: Injected[F],
    g: Injected[G],
    h: Injected[H],
    i: Injected[I],
) -> dict[str, str]:
    """Use the request's services."""
    return check_scoped(c, cc, ccc, d, dd, e, f, g, h, i)


def add(router: FastTrackFramework | APIRouter) -> None:
    """Add a route for each row."""
    router.get("/bare")(bare)
    router.get("/parameters/{item_id}")(parameters)
    router.post("/body")(body)
    router.get("/models")(models)
    router.get("/singleton")(singleton)
    router.get("/thread")(thread)
    router.get("/depends")(depends)
    router.get("/scoped")(scoped)


class Rows(Controller):
    """The rows as methods."""

    prefix = "/controller"

    @get("/bare")
    async def bare(self) -> dict[str, bool]:
        """Answer."""
        return {"ok": True}

    @get("/parameters/{item_id}")
    async def parameters(
        self, item_id: int, q: str | None = None, limit: int = 10
    ) -> dict[str, object]:
        """Return the parameters."""
        return {"item_id": item_id, "q": q, "limit": limit}

    @post("/body")
    async def body(self, item: Item) -> Item:
        """Return the body."""
        return item

    @get("/models")
    async def models(self) -> list[Item]:
        """Return a list."""
        return ITEMS

    @get("/singleton")
    async def singleton(self, greeter: Injected[Greeter]) -> dict[str, str]:
        """Use the singleton."""
        return {"text": greeter.text}

    @get("/thread")
    def thread(self) -> dict[str, bool]:
        """Answer from a thread."""
        return {"ok": True}

    @get("/depends")
    async def depends(
        self, page: Annotated[int, Depends(get_page)], user: Annotated[str, Depends(get_user)]
    ) -> dict[str, object]:
        """Return what the dependencies return."""
        return {"page": page, "user": user}

    @get("/scoped")
    async def scoped(
        self,
        c: Injected[C],
        cc: Injected[C],
        ccc: Injected[C],
        d: Injected[D],
        dd: Injected[D],
        e: Injected[E],
        f: Injected[F],
        g: Injected[G],
        h: Injected[H],
        i: Injected[I],
    ) -> dict[str, str]:
        """Use the request's services."""
        return check_scoped(c, cc, ccc, d, dd, e, f, g, h, i)


def with_routes(number: int, *, routers: bool = False) -> FastTrackFramework:
    """Make an application with routes, of which `/last/{item_id}` is the last one.

    Args:
        number: How many routes.
        routers: Whether they are in included routers, of twenty routes each.
    """
    made = FastTrackFramework()
    fill(made, number, Router if routers else None)
    return made


add(app)
router, included = Router(), APIRouter()
add(router)
add(included)
app.include_router(router, prefix="/router")
app.include_router(included, prefix="/included")
app.add_controller(Rows)
app.get("/singletons")(singletons)
