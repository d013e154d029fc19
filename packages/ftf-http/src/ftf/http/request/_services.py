"""`Request`, `HTTPConnection` and `Correlation` as services of a request's container scope."""

from collections.abc import Callable

from starlette.requests import HTTPConnection, Request

from ftf.container import Container, Correlation

from .._request_id import correlation_of
from ..exceptions import NoRequestError
from ._exchange import Exchange, current


def serve_from(container: Container) -> None:
    """Register `Request` and `HTTPConnection` as scoped services, unless they are registered.

    The `Correlation` of a request's scope gets the id and the trace of the request.
    """
    if HTTPConnection not in container:  # an application of this container may be started again
        container.extend(Correlation, _correlated)
    factories: dict[type, Callable[[], object]] = {
        HTTPConnection: lambda: current_exchange("HTTPConnection").connection,
        Request: lambda: current_exchange("Request").request,
    }
    for key, factory in factories.items():
        if key not in container:
            container.register(key, factory, scope="scoped")


def share(connection: HTTPConnection) -> None:
    """Make FastAPI's request object the one that services get, so that both read one body."""
    exchange = current.get()
    if exchange is not None and isinstance(connection, Request):
        exchange.share(connection)


def current_exchange(wanted: str) -> Exchange:
    """Return the exchange of the request that is served in this context.

    Args:
        wanted: The name of what is asked for, for the error.

    Raises:
        NoRequestError: No request is served in this context.
    """
    exchange = current.get()
    if exchange is None:
        raise NoRequestError(wanted)
    return exchange


def _correlated(correlation: Correlation, _: Container) -> Correlation:
    exchange = current.get()
    if exchange is not None:
        correlation.update(correlation_of(exchange.connection.scope))
    return correlation
