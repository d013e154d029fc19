"""Litestar, with its own dependencies; services of a request are wired by hand."""

from contenders import hand_wired
from litestar import Litestar, get, post
from litestar.di import Provide
from rows import ITEMS, Greeter, Item

PLACES = ("",)


async def get_greeter() -> Greeter:
    """Make the singleton."""
    return Greeter()


async def get_page(page: int = 1) -> int:
    """Read the page."""
    return page


async def get_user(user: str) -> str:
    """Read the user."""
    return user


@get("/bare")
async def bare() -> dict[str, bool]:
    """Answer."""
    return {"ok": True}


@get("/parameters/{item_id:int}")
async def parameters(item_id: int, q: str | None = None, limit: int = 10) -> dict[str, object]:
    """Return the parameters."""
    return {"item_id": item_id, "q": q, "limit": limit}


@post("/body")
async def body(data: Item) -> Item:
    """Return the body."""
    return data


@get("/models")
async def models() -> list[Item]:
    """Return a list."""
    return ITEMS


@get("/singleton", dependencies={"greeter": Provide(get_greeter, use_cache=True)})
async def singleton(greeter: Greeter) -> dict[str, str]:
    """Use the singleton."""
    return {"text": greeter.text}


@get("/thread", sync_to_thread=True)
def thread() -> dict[str, bool]:
    """Answer from a thread."""
    return {"ok": True}


@get("/depends", dependencies={"found": Provide(get_page), "who": Provide(get_user)})
async def depends(found: int, who: str) -> dict[str, object]:
    """Return what the dependencies return."""
    return {"page": found, "user": who}


@get("/scoped")
async def scoped() -> dict[str, str]:
    """Make everything, and close what has to be."""
    return await hand_wired.scoped()


def with_routes(number: int) -> Litestar:
    """Make an application with routes, of which `/last/{item_id}` is the last one."""
    paths = [*(f"/things{at}" for at in range(number - 1)), "/last"]

    async def last(item_id: int) -> dict[str, int]:
        return {"item_id": item_id}

    return Litestar([get(f"{path}/{{item_id:int}}")(last) for path in paths], openapi_config=None)


app = Litestar([bare, parameters, body, models, singleton, thread, depends, scoped])
