"""The way of a route: its compiled plan, or FastAPI."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class RouteWay:
    """How the requests of a route are served.

    Args:
        path: The path of the route, with its parameters in braces.
        methods: Its HTTP methods.
        way: `"compiled"` by its plan, or `"fastapi"`. Requests that are not valid, or that
            telemetry records, are served by FastAPI in either case.
        reason: Why it has no plan; empty if it has one.
    """

    path: str
    methods: frozenset[str]
    way: Literal["compiled", "fastapi"]
    reason: str = ""
