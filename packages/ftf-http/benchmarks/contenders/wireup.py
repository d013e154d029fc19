"""Plain FastAPI with wireup, with the route class that makes it fastest."""

import services
import wireup
import wireup.integration.fastapi
from fastapi import FastAPI
from services import A, B, C, D, E, F, G, H, I, check_scoped, check_singletons
from wireup import Injected, injectable
from wireup.integration.fastapi import WireupRoute

app = FastAPI()
app.router.route_class = WireupRoute


@app.get("/singletons")
async def singletons(a: Injected[A], b: Injected[B]) -> dict[str, str]:
    """Use the singletons."""
    return check_singletons(a, b)


@app.get("/scoped")
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


container = wireup.create_async_container(
    injectables=[
        *map(injectable, (services.Settings, services.make_a, B)),
        *(injectable(made, lifetime="scoped") for made in (C, D, E, F, G)),
        *(injectable(made, lifetime="scoped") for made in (services.make_h, services.make_i)),
    ]
)
wireup.integration.fastapi.setup(container, app)
