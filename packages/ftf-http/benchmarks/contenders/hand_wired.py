"""Plain FastAPI, whose author writes down how every service is made."""

from contextlib import asynccontextmanager, contextmanager

from fastapi import FastAPI
from services import A, B, C, D, E, F, G, Settings, check_scoped, check_singletons, make_h, make_i

app = FastAPI()
a = A(Settings.start)
b = B(a)


@app.get("/singletons")
async def singletons() -> dict[str, str]:
    """Use what was made at start."""
    return check_singletons(a, b)


@app.get("/scoped")
async def scoped() -> dict[str, str]:
    """Make everything, and close what has to be."""
    c = C()
    d = D(c)
    e = E(c, d)
    f = F(c, d, e)
    g = G(c, d, e, f)
    with contextmanager(make_h)(c, d) as h:
        async with asynccontextmanager(make_i)(e, f) as i:
            return check_scoped(c, c, c, d, d, e, f, g, h, i)
