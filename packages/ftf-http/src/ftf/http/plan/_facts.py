"""The facts of one inclusion of a route, as FastAPI's handler of it has them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol, Self, cast

from fastapi.datastructures import DefaultPlaceholder
from fastapi.dependencies.models import Dependant
from pydantic.fields import FieldInfo
from starlette.responses import Response

from ._call import Call

_SERIALISING: Final = (
    "include",
    "exclude",
    "by_alias",
    "exclude_unset",
    "exclude_defaults",
    "exclude_none",
)


class Field(Protocol):
    """A parameter, a body or a response, as FastAPI describes it."""

    name: str
    field_info: FieldInfo

    @property
    def alias(self) -> str:
        """The name in a request."""

    @property
    def default(self) -> object:
        """The default, made by its factory if it has one."""


class NotPlannedError(Exception):
    """A route has no plan: FastAPI serves it.

    Args:
        reason: What the plan cannot do.
    """

    def __init__(self, reason: str) -> None:
        self.reason: str = reason
        super().__init__(reason)


@dataclass(frozen=True, slots=True, eq=False)
class RouteFacts:
    """The facts that decide how a route reads its parameters and writes its response."""

    path: str
    methods: frozenset[str]
    dependant: Dependant
    call: Call | None
    body: Field | None
    status: int | None
    response_class: type[Response]
    has_default_class: bool
    result: Field | None
    serialising: Mapping[str, object]
    overrides: object
    max_body_size: int | None

    @classmethod
    def of(cls, route: object) -> Self:
        """Return the facts of a route.

        Args:
            route: A FastAPI route, or the `RouteContext` of one of its inclusions, which has the
                dependencies and the response class of the routers that include it. Its attributes
                are those that FastAPI's handler has taken, also if they are replaced afterwards.
        """
        dependant = cast("Dependant", getattr(route, "dependant"))  # noqa: B009  # of a RouteContext too
        response_class: object = getattr(route, "response_class", Response)
        is_default = isinstance(response_class, DefaultPlaceholder)
        if isinstance(response_class, DefaultPlaceholder):
            response_class = response_class.value
        return cls(
            path=cast("str", getattr(route, "path", "")),
            methods=frozenset(getattr(route, "methods", None) or ()),
            dependant=dependant,
            call=dependant.call,
            body=getattr(route, "body_field", None),
            status=getattr(route, "status_code", None),
            response_class=cast("type[Response]", response_class),
            has_default_class=is_default,
            result=getattr(route, "response_field", None),
            serialising={
                name: getattr(route, f"response_model_{name}", None) for name in _SERIALISING
            },
            overrides=getattr(route, "dependency_overrides_provider", None),
            max_body_size=getattr(route, "max_body_size", None),
        )
