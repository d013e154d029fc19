"""Routes that the start has not checked: they are checked when the index first sees them."""

from collections.abc import Iterator
from contextlib import suppress

from starlette.routing import BaseRoute, Match, Router
from starlette.types import Scope

from ftf.container import Container

from ..exceptions import InjectionFault, ReadServiceError
from ..injection._readable import services_read_in
from ._index_routes import Watch, included_routers
from ._tree import place_of, walk

type Faulty = tuple[BaseRoute, InjectionFault]


class LateRoutes:
    """Refuses connections to routes that read a registered service from the request.

    Args:
        router: The router of an application.
        container: Its container.
    """

    def __init__(self, router: Router, container: Container) -> None:
        self._router = router
        self._container = container
        self._watch: Watch | None = None
        self._faulty: list[Faulty] = []

    def trust_known(self) -> None:
        """Check no route that the router has now: the start has checked them."""
        self._watch, self._faulty = self._watching(), []

    def check(self, scope: Scope) -> None:
        """Check a connection, and all routes if they have changed.

        Raises:
            ReadServiceError: A route with a fault may serve it.
        """
        if self._watch is None or self._watch.has_changed():
            self._watch = self._watching()  # first, so that a change in the meantime is seen
            self._faulty = [*self._faults()]
        for route, fault in self._faulty:
            if route.matches(scope)[0] is Match.FULL:
                # A new error each time: a traceback grows where one is raised again.
                error = ReadServiceError(fault.error.path)
                error.add_note(f"{fault.place}, parameter {fault.parameter!r}")
                raise error

    def _watching(self) -> Watch:
        return Watch(self._router, included_routers(self._router.routes))

    def _faults(self) -> Iterator[Faulty]:
        for top in self._router.routes:
            with suppress(Exception):  # FastAPI raises it again where it comes to the route
                yield from [*self._faults_below(top)]

    def _faults_below(self, top: BaseRoute) -> Iterator[Faulty]:
        for route in walk([top]):
            dependant = getattr(route, "dependant", None)
            if dependant is not None:
                for fault in services_read_in(dependant, self._container, place_of(route)):
                    yield route, fault
