"""`FromQuery`: the criteria of a list as a parameter of a handler, read from the query string."""

from collections.abc import Iterable, Iterator
from typing import cast

from fastapi import params
from fastapi.dependencies.models import Dependant
from sqlalchemy.orm import DeclarativeBase
from starlette.routing import BaseRoute
from starlette.types import Scope

from ftf.orm import Criteria, FilterSet

from ..injection._from_scope import FromScope
from ..routing._tree import walk


class CriteriaReader[M: DeclarativeBase](FromScope[Criteria[M]]):
    """A FastAPI dependency that reads the query string of a request by a filter set.

    Args:
        filters: The filter set.
    """

    def __init__(self, filters: FilterSet[M]) -> None:
        self.filters = filters
        # By id, because routes cannot be hashed; with the route, so that the id stays its own.
        self._besides: dict[int, tuple[BaseRoute, frozenset[str]]] = {}

    def read(self, scope: Scope) -> Criteria[M]:
        """Return what the query string asks for.

        Raises:
            InvalidCriteria: A parameter is not allowed, and the route does not declare it either.
        """
        query = scope["query_string"].decode("latin-1")
        return self.filters.parse(query, besides=self._declared(scope) if query else ())

    @property
    def openapi_parameters(self) -> list[dict[str, object]]:
        """The parameters, as the OpenAPI document describes them."""
        return [
            {
                "name": each.name,
                "in": "query",
                "required": False,
                "description": each.description,
                "schema": each.schema,
                **({} if each.explode else {"style": "form", "explode": False}),
            }
            for each in self.filters.parameters
        ]

    def _declared(self, scope: Scope) -> frozenset[str]:
        """Return the names of the parameters that the route and its dependencies declare."""
        route: BaseRoute = scope["route"]
        found = self._besides.get(id(route))
        if found is None:
            places = walk(scope["app"].routes)
            own = (each for each in places if getattr(each, "original_route", each) is route)
            found = self._besides[id(route)] = (route, frozenset(_names([route, *own])))
        return found[1]


class FromQuery(params.Depends):
    """The mark of a parameter that is read from the query string by a filter set.

    Unknown parameters are refused with the list of what is allowed, but for those that the route
    declares itself, and the OpenAPI document describes what the filter set takes:
    `async def index(self, asked: Annotated[Criteria[Post], FromQuery(POSTS)])`.

    Args:
        filters: The filter set.
    """

    def __init__[M: DeclarativeBase](self, filters: FilterSet[M]) -> None:
        super().__init__(CriteriaReader(filters))


def _names(routes: Iterable[object]) -> Iterator[str]:
    for route in routes:
        yield from _of(cast("Dependant", getattr(route, "dependant")))  # noqa: B009  # of a RouteContext too


def _of(dependant: Dependant) -> Iterator[str]:
    for field in dependant.query_params:
        yield field.alias
    for below in dependant.dependencies:
        yield from _of(below)
