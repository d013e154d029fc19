"""This package."""

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

from ftf.http import FastTrackFramework, Injected

app = FastTrackFramework()
app.register(Settings, scope="singleton")
app.register(A, make_a, scope="singleton")
app.register(B, scope="singleton")
for service in (C, D, E, F, G):
    app.register(service, scope="scoped")
app.register(H, make_h, scope="scoped")
app.register(I, make_i, scope="scoped")


@app.get("/singleton")
async def singleton(a: Injected[A], b: Injected[B]) -> dict[str, str]:
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
