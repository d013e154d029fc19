"""Plain FastAPI with dishka."""

from dishka import Provider, Scope, make_async_container
from dishka.integrations.fastapi import FromDishka, inject, setup_dishka
from fastapi import FastAPI
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

app = FastAPI()


@app.get("/singletons")
@inject
async def singletons(a: FromDishka[A], b: FromDishka[B]) -> dict[str, str]:
    """Use the singletons."""
    return check_singletons(a, b)


@app.get("/scoped")
@inject
async def scoped(
    c: FromDishka[C],
    cc: FromDishka[C],
    ccc: FromDishka[C],
    d: FromDishka[D],
    dd: FromDishka[D],
    e: FromDishka[E],
    f: FromDishka[F],
    g: FromDishka[G],
    h: FromDishka[H],
    i: FromDishka[I],
) -> dict[str, str]:
    """Use the request's services."""
    return check_scoped(c, cc, ccc, d, dd, e, f, g, h, i)


provider = Provider(scope=Scope.APP)
for made in (Settings, make_a, B):
    provider.provide(made)
for made in (C, D, E, F, G, make_h, make_i):
    provider.provide(made, scope=Scope.REQUEST)
setup_dishka(make_async_container(provider), app)
