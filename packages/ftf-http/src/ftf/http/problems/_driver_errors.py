"""Handlers of SQLAlchemy's errors outside of repositories, as of a session's commit."""

from importlib.util import find_spec

from starlette.requests import Request
from starlette.responses import Response

from ._handlers import Handlers, answer


def driver_handlers() -> Handlers:
    """Return the handlers that answer SQLAlchemy's errors like ftf-orm's, if it is installed."""
    if find_spec("ftf.orm") is None:
        return {}
    from sqlalchemy.exc import DBAPIError  # noqa: PLC0415  # optional
    from sqlalchemy.orm.exc import StaleDataError  # noqa: PLC0415

    return dict.fromkeys((DBAPIError, StaleDataError), _as_typed)


async def _as_typed(request: Request, error: Exception) -> Response:
    """Answer by the handler of the typed error; without one, raise the error again."""
    from ftf.orm import OrmError, typed_errors  # noqa: PLC0415

    try:
        with typed_errors():
            raise error
    except OrmError as typed:
        response = await answer(request.app, request, typed)
        if response is None:
            raise error from None
        return response
