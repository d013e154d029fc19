"""The exception handlers of an application that the user's replace."""

from http.cookies import CookieError

from pydantic_core import PydanticSerializationError

from ..exceptions import UnsendableResponseError
from ._driver_errors import driver_handlers
from ._error_group import answer_group
from ._handlers import Handlers, plain_handlers, problem_handlers
from ._orm_handlers import orm_handlers
from .unsendable._unencodable import answer_unencodable


def default_handlers(*, problem_details: bool) -> Handlers:
    """Return the handlers of FastAPI's, ftf-orm's and encoding errors, and of exception groups."""
    return {
        **(problem_handlers() if problem_details else plain_handlers()),
        **orm_handlers(problem_details=problem_details),
        **driver_handlers(),
        ExceptionGroup: answer_group,
        CookieError: answer_unencodable,
        UnicodeEncodeError: answer_unencodable,
        UnsendableResponseError: answer_unencodable,
        PydanticSerializationError: answer_unencodable,
    }
