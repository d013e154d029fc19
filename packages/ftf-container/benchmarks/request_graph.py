"""The seven services of a request, as in the public benchmark of wireup.

G, H and I are what a request handler asks for. H comes from a generator, I from an async one.
See https://github.com/maldoinc/wireup/blob/master/benchmarks/wireup_benchmarks/services.py
"""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class C:
    """Needs nothing."""


@dataclass(frozen=True)
class D:
    """Needs one service."""

    c: C


@dataclass(frozen=True)
class E:
    """Needs two services."""

    c: C
    d: D


@dataclass(frozen=True)
class F:
    """Needs three services."""

    c: C
    d: D
    e: E


@dataclass(frozen=True)
class G:
    """Needs four services."""

    c: C
    d: D
    e: E
    f: F


@dataclass(frozen=True)
class H:
    """Has to be closed."""

    c: C
    d: D


@dataclass(frozen=True)
class I:  # noqa: E742  # its name in the original
    """Has to be closed by somebody who can wait."""

    e: E
    f: F


type Roots = tuple[G, H, I]


def close(resource: H | I) -> None:
    """Close a service, which is what the check before the timing counts."""


async def aclose(resource: I) -> None:
    """Close a service, where a container has finalizers instead of generators."""
    close(resource)


def open_h(c: C, d: D) -> Iterator[H]:
    """Open H, and close it afterwards."""
    h = H(c, d)
    try:
        yield h
    finally:
        close(h)


async def open_i(e: E, f: F) -> AsyncIterator[I]:
    """Open I, and close it afterwards."""
    i = I(e, f)
    try:
        yield i
    finally:
        close(i)
