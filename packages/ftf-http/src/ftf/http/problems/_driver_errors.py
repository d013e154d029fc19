"""Errors of SQLAlchemy that no repository has typed, such as those of a session that is settled."""

from importlib.util import find_spec

from starlette.requests import Request
from starlette.responses import Response

from ._handlers import Handlers, answer


def driver_handlers() -> Handlers:
    """List the handlers that answer SQLAlchemy's errors as ftf-orm's, if that is installed."""
    if find_spec("ftf.orm") is None:
        return {}
    from sqlalchemy.exc import DBAPIError  # noqa: PLC0415  # optional
    from sqlalchemy.orm.exc import StaleDataError  # noqa: PLC0415

    return dict.fromkeys((DBAPIError, StaleDataError), _as_typed)


async def _as_typed(request: Request, error: Exception) -> Response:
    """Answer with what was made for the typed error, or leave the error to the last handler."""
    from ftf.orm import OrmError, typed_errors  # noqa: PLC0415

    try:
        with typed_errors():
            raise error
    except OrmError as typed:
        response = await answer(request.app, request, typed)
        if response is None:
            raise error from None
        return response
