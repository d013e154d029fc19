"""The services of the two scenarios: singletons, and a graph of seven that belong to a request.

The shape is that of wireup's public benchmark; two of the seven are closed after the request.
"""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass


class Settings:
    """What everything starts from."""

    start = 10


@dataclass(frozen=True)
class A:
    """A singleton."""

    start: int


@dataclass(frozen=True)
class B:
    """A singleton made from another."""

    a: A


@dataclass(frozen=True)
class C:
    """The root of a request's services."""


@dataclass(frozen=True)
class D:
    """Made from one service."""

    c: C


@dataclass(frozen=True)
class E:
    """Made from two services."""

    c: C
    d: D


@dataclass(frozen=True)
class F:
    """Made from three services."""

    c: C
    d: D
    e: E


@dataclass(frozen=True)
class G:
    """Made from four services."""

    c: C
    d: D
    e: E
    f: F


@dataclass(frozen=True)
class H:
    """Closed after the request."""

    c: C
    d: D


@dataclass(frozen=True)
class I:  # noqa: E742  # the ninth letter
    """Closed after the request, in an awaiting way."""

    e: E
    f: F


def make_a(settings: Settings) -> A:
    """Make A from the settings."""
    return A(settings.start)


def make_h(c: C, d: D) -> Iterator[H]:
    """Open and close H."""
    yield H(c, d)


async def make_i(e: E, f: F) -> AsyncIterator[I]:
    """Open and close I."""
    yield I(e, f)


def check_singletons(a: A, b: B) -> dict[str, str]:
    """Answer, if the services are the right ones."""
    if a.start != Settings.start or b.a is not a:
        raise LookupError
    return {}


def check_scoped(*services: object) -> dict[str, str]:
    """Answer, if the services are the right ones: C three times, D twice, the others once."""
    c, cc, ccc, d, dd, *others = services
    if not (c is cc is ccc and d is dd and d.c is c):  # type: ignore[attr-defined]
        raise LookupError
    if list(map(type, others)) != [E, F, G, H, I]:
        raise LookupError
    return {}
