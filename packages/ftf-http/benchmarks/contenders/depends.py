"""Plain FastAPI with its own dependencies."""

from collections.abc import AsyncIterator, Iterator
from functools import lru_cache
from typing import Annotated

from fastapi import Depends, FastAPI
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
    make_h,
    make_i,
)

app = FastAPI()


@lru_cache
def get_a() -> A:
    """Make A once."""
    return A(Settings.start)


@lru_cache
def get_b(a: Annotated[A, Depends(get_a)]) -> B:
    """Make B once."""
    return B(a)


async def get_c() -> C:
    """Make C."""
    return C()


async def get_d(c: Annotated[C, Depends(get_c)]) -> D:
    """Make D."""
    return D(c)


async def get_e(c: Annotated[C, Depends(get_c)], d: Annotated[D, Depends(get_d)]) -> E:
    """Make E."""
    return E(c, d)


async def get_f(
    c: Annotated[C, Depends(get_c)],
    d: Annotated[D, Depends(get_d)],
    e: Annotated[E, Depends(get_e)],
) -> F:
    """Make F."""
    return F(c, d, e)


async def get_g(
    c: Annotated[C, Depends(get_c)],
    d: Annotated[D, Depends(get_d)],
    e: Annotated[E, Depends(get_e)],
    f: Annotated[F, Depends(get_f)],
) -> G:
    """Make G."""
    return G(c, d, e, f)


def get_h(c: Annotated[C, Depends(get_c)], d: Annotated[D, Depends(get_d)]) -> Iterator[H]:
    """Open and close H."""
    yield from make_h(c, d)


async def get_i(
    e: Annotated[E, Depends(get_e)], f: Annotated[F, Depends(get_f)]
) -> AsyncIterator[I]:
    """Open and close I."""
    async for i in make_i(e, f):
        yield i


@app.get("/singletons")
async def singletons(
    a: Annotated[A, Depends(get_a)], b: Annotated[B, Depends(get_b)]
) -> dict[str, str]:
    """Use the singletons."""
    return check_singletons(a, b)


@app.get("/scoped")
async def scoped(
    c: Annotated[C, Depends(get_c)],
    cc: Annotated[C, Depends(get_c)],
    ccc: Annotated[C, Depends(get_c)],
    d: Annotated[D, Depends(get_d)],
    dd: Annotated[D, Depends(get_d)],
    e: Annotated[E, Depends(get_e)],
    f: Annotated[F, Depends(get_f)],
    g: Annotated[G, Depends(get_g)],
    h: Annotated[H, Depends(get_h)],
    i: Annotated[I, Depends(get_i)],
) -> dict[str, str]:
    """Use the request's services."""
    return check_scoped(c, cc, ccc, d, dd, e, f, g, h, i)
