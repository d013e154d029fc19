"""`OpenRoute`: a route that everyone may call."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from starlette.routing import BaseRoute

from ...routing._tree import walk
from ._around import Around
from ._rule import rule_of


@dataclass(frozen=True, slots=True)
class OpenRoute:
    """A route that everyone may call.

    Attributes:
        path: The path; everything below it for a mounted application.
        methods: The methods; none for a websocket or a mounted application.
        is_marked: Whether `@public` says so. Without it, nothing does.
        endpoint: The handler, as `endpoint` in the ASGI scope of its requests; `None` if there is
            none.
    """

    path: str
    methods: tuple[str, ...]
    is_marked: bool
    endpoint: object = field(default=None, repr=False, compare=False)

    def __str__(self) -> str:
        return f"{','.join(self.methods) or 'ANY'} {self.path}"


def open_routes(
    routes: Iterable[BaseRoute], *, login_required: bool, around: Around
) -> Sequence[OpenRoute]:
    """Return the routes that everyone may call.

    Args:
        routes: The routes of an application, without those of mounted ones.
        login_required: Whether routes without a mark demand a credential.
        around: The marks around them.
    """
    found: list[OpenRoute] = []
    for route in walk(routes):
        rule = rule_of(route, login_required=login_required, around=around)
        if rule is None or rule.is_open:
            path = getattr(route, "path", None) or getattr(route, "host", None) or ""
            methods = tuple(sorted(getattr(route, "methods", None) or ()))
            endpoint = getattr(route, "endpoint", None)
            found.append(OpenRoute(path, methods, _is_marked(route, around), endpoint))
    return found


def _is_marked(route: BaseRoute, around: Around) -> bool:
    rule = rule_of(route, login_required=True, around=around)
    return rule is None or rule.is_open
