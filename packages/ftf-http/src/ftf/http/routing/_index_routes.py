"""Lists of routes that count their changes, and whether any list of a route tree has changed."""

from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from typing import Final, Protocol, cast

from fastapi import APIRouter
from starlette.routing import BaseRoute

_CHANGES: Final = (
    "append",
    "extend",
    "insert",
    "remove",
    "pop",
    "clear",
    "sort",
    "reverse",
    "__setitem__",
    "__delitem__",
    "__iadd__",
    "__imul__",
)


class HasRoutes(Protocol):
    """A router."""

    routes: list[BaseRoute]


class Routes(list[BaseRoute]):
    """A list of routes that counts its changes.

    Attributes:
        version: The number of changes.
    """

    __slots__ = ("version",)

    def __init__(self, routes: Iterable[BaseRoute] = ()) -> None:
        super().__init__(routes)
        self.version: int = 0


def _counting(name: str) -> Callable[..., object]:
    change = cast("Callable[..., object]", getattr(list, name))

    @wraps(change)
    def counted(self: Routes, *args: object, **options: object) -> object:
        # Counted afterwards: an index that is built in the meantime has the old number.
        try:
            return change(self, *args, **options)
        finally:
            self.version += 1

    return counted


for _name in _CHANGES:
    setattr(Routes, _name, _counting(_name))


class Watch:
    """Says whether the lists of routes of an application have changed.

    A plain list, as of a FastAPI `APIRouter`, does not count its changes. FastAPI takes up changes
    of an included router when one of its methods appends a route, so the length and the last
    route are compared. All routes of the application's own list are, if a user has replaced it.

    Args:
        router: The router of the application.
        included: The routers that it includes, also those in included routers.
    """

    def __init__(self, router: HasRoutes, included: Iterable[HasRoutes]) -> None:
        counted: list[tuple[HasRoutes, Routes, int]] = []
        plain: list[tuple[HasRoutes, list[BaseRoute], int, BaseRoute | None]] = []
        for each in (router, *included):
            found: list[BaseRoute] = each.routes
            if isinstance(found, Routes):
                counted.append((each, found, found.version))
            else:
                plain.append((each, found, len(found), found[-1] if found else None))
        self._counted = tuple(counted)
        self._plain = tuple(plain)
        self._router = router
        self._own = None if isinstance(router.routes, Routes) else tuple(router.routes)

    def has_changed(self) -> bool:
        """Return whether routes were added, removed or moved."""
        for router, routes, version in self._counted:
            if router.routes is not routes or routes.version != version:
                return True
        for router, plain, length, last in self._plain:
            if router.routes is not plain or len(plain) != length:
                return True
            if length and plain[-1] is not last:
                return True
        return self._own is not None and not _same(self._own, self._router.routes)


def _same(before: Iterable[BaseRoute], now: Iterable[BaseRoute]) -> bool:
    """Return whether two lists of one length hold the same objects; equal routes may differ."""
    return all(a is b for a, b in zip(before, now, strict=True))


def included_routers(routes: Iterable[BaseRoute]) -> Iterator[HasRoutes]:
    """Return the routers that are included in a list of routes, also those in included ones."""
    for route in routes:
        router = getattr(route, "original_router", None)
        if router is not None:
            yield router
            yield from included_routers(router.routes)


def frontends_of(routers: Iterable[HasRoutes]) -> list[list[BaseRoute]] | None:
    """Return the frontends of included routers, which match any path; `None` if not known.

    The lists are those of the routers, so that they show what is added later.

    Args:
        routers: The routers.
    """
    if not hasattr(APIRouter, "frontend"):  # pragma: no cover  # older FastAPI
        return []
    # FastAPI has no public name for them; without this one, no router is left out.
    found = [getattr(router, "_low_priority_routes", None) for router in routers]
    return None if None in found else cast("list[list[BaseRoute]]", found)
