"""Plain FastAPI: its own dependencies, and services wired by hand."""

from functools import lru_cache
from typing import Annotated

from contenders.hand_wired import scoped
from fastapi import APIRouter, Depends, FastAPI
from rows import ITEMS, Greeter, Item

PLACES = ("", "/included")


@lru_cache
def make_greeter() -> Greeter:
    """Make the singleton once."""
    return Greeter()


async def get_greeter() -> Greeter:
    """Return the singleton."""
    return make_greeter()


async def get_page(page: int = 1) -> int:
    """Read the page."""
    return page


async def get_user(user: str) -> str:
    """Read the user."""
    return user


async def bare() -> dict[str, bool]:
    """Answer."""
    return {"ok": True}


async def parameters(item_id: int, q: str | None = None, limit: int = 10) -> dict[str, object]:
    """Return the parameters."""
    return {"item_id": item_id, "q": q, "limit": limit}


async def body(item: Item) -> Item:
    """Return the body."""
    return item


async def models() -> list[Item]:
    """Return a list."""
    return ITEMS


async def singleton(greeter: Annotated[Greeter, Depends(get_greeter)]) -> dict[str, str]:
    """Use the singleton."""
    return {"text": greeter.text}


def thread() -> dict[str, bool]:
    """Answer from a thread."""
    return {"ok": True}


async def depends(
    page: Annotated[int, Depends(get_page)], user: Annotated[str, Depends(get_user)]
) -> dict[str, object]:
    """Return what the dependencies return."""
    return {"page": page, "user": user}


def add(router: FastAPI | APIRouter) -> None:
    """Add a route for each row."""
    router.get("/bare")(bare)
    router.get("/parameters/{item_id}")(parameters)
    router.post("/body")(body)
    router.get("/models")(models)
    router.get("/singleton")(singleton)
    router.get("/thread")(thread)
    router.get("/depends")(depends)
    router.get("/scoped")(scoped)


async def last(item_id: int) -> dict[str, int]:
    """Return the parameter."""
    return {"item_id": item_id}


def with_routes(number: int, *, routers: bool = False) -> FastAPI:
    """Make an application with routes, of which `/last/{item_id}` is the last one.

    Args:
        number: How many routes.
        routers: Whether they are in included routers, of twenty routes each.
    """
    made = FastAPI()
    fill(made, number, APIRouter if routers else None)
    return made


def fill(made: FastAPI, number: int, router: type[APIRouter] | None) -> None:
    """Add routes to an application."""
    paths = [*(f"/things{at}/{{item_id}}" for at in range(number - 1)), "/last/{item_id}"]
    for at in range(0, number, 20):
        part = made if router is None else router()
        for path in paths[at : at + 20]:
            part.get(path)(last)
        if isinstance(part, APIRouter):
            made.include_router(part)


app = FastAPI()
add(app)
included = APIRouter()
add(included)
app.include_router(included, prefix="/included")
