"""`Caller`: what a key is made of."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from starlette.requests import HTTPConnection

type By = Callable[[Caller], str | None]


class Caller(NamedTuple):
    """Who calls, as far as a limit can know it.

    Attributes:
        connection: The request or websocket. Its body was not read yet, unless a handler asks.
        given: What `Throttle.attempt` and `Throttle.take` were given by name, such as `account`.
    """

    connection: HTTPConnection
    given: Mapping[str, str] = MappingProxyType({})
