"""The response to a request with what a response, header or driver cannot hold."""

import logging
import re
from collections.abc import Callable
from http.cookies import CookieError
from itertools import accumulate
from math import isfinite
from typing import Final, NamedTuple, cast

from fastapi.exceptions import RequestValidationError
from pydantic_core import PydanticSerializationError
from starlette.requests import Request
from starlette.responses import Response

from ..._request_id import label
from ...exceptions import UnsendableResponseError
from .._error_response import has_surrogate
from .._handlers import answer, handled, handler_of
from ._request_texts import UNKNOWN, texts_of

# pydantic ends at a depth of 255, and FastAPI's encoder at about 300.
_DEPTH: Final = 100
# A text without an end is one match as well, so that no text takes more than linear time.
_BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[{}\]]', re.DOTALL)
_STEPS: Final = {"[": 1, "{": 1, "]": -1, "}": -1}
_NUMBERS = re.compile(r"[-+.\w]+")
_logger = logging.getLogger("ftf.http")


class _Cause(NamedTuple):
    """What a text of the request can have, so that it is what caused an error.

    Attributes:
        remedy: What the input should be.
        is_in: Returns whether a text has it.
        code: The code of the fault.
        is_logged: Whether the handler should have changed the text.
    """

    remedy: str
    is_in: Callable[[str], bool]
    code: str = "string_unicode"
    is_logged: bool = True


async def answer_unencodable(request: Request, error: Exception) -> Response:
    r"""Answer that a request is not valid, if it has what could not be encoded or sent.

    Python's JSON parser accepts lone surrogates, as in `"\ud800"`, and `NaN`, and so does pydantic,
    but neither a response nor a database driver can encode them. A response header holds printable
    ISO-8859-1 only; such an error is logged too, because the handler should encode what it puts
    there. A handler of the user's for a base class of the error takes precedence.

    Raises:
        Exception: The error itself, if the request does not have that.
    """
    application = request.scope["app"]
    of_user = handler_of(application, error, besides=answer_unencodable)
    if of_user is not None:
        return await handled(of_user, request, error)
    causes = _causes(error)
    async for part, text in texts_of(request):
        for cause in causes:
            if text is UNKNOWN or cause.is_in(text):
                if cause.is_logged:
                    _logger.warning("answered 422: %s", label(request.scope), exc_info=error)
                fault = {"type": cause.code, "loc": (part,), "msg": cause.remedy}
                invalid = RequestValidationError([fault])
                # None for a websocket, which the handler has closed itself.
                return cast("Response", await answer(application, request, invalid))
    raise error


def _causes(error: Exception) -> list[_Cause]:
    """Return what in a request can have caused an error."""
    match error:
        case UnicodeEncodeError():
            return [_character(error)]
        case UnsendableResponseError():
            return [_unsendable(error)]
        case CookieError():
            return [_cookie(str(error))]
        case PydanticSerializationError():  # without facts
            return [_SURROGATE, _DEEP]
        case RecursionError():
            return [_DEEP]
    text = str(error)
    return [_NUMBER] * ("JSON compliant" in text) + [_NUL] * ("embedded null" in text)


def _character(error: UnicodeEncodeError) -> _Cause:
    refused = error.object[error.start]
    if has_surrogate(refused):
        return _SURROGATE
    remedy = f"Input should be text that {error.encoding} can encode: {refused!r} is not"
    return _Cause(remedy, lambda text: refused.casefold() in text.casefold())  # the case may differ


def _unsendable(error: UnsendableResponseError) -> _Cause:
    refused = error.refused
    remedy = f"Input should be text that a {error.part} can hold: {refused!r} is not"
    if error.part == "status":
        return _Cause(remedy, lambda text: _number_of(text) == _number_of(refused), "status_range")
    refused = refused.casefold()  # names of headers are in lower case
    return _Cause(remedy, lambda text: refused in text.casefold() if refused else not text)


def _cookie(problem: str) -> _Cause:
    # Newer versions of Python refuse control characters in values, without quoting them.
    is_control = "ontrol char" in problem
    remedy = "Input should be text that a cookie can hold"
    return _Cause(
        remedy, lambda text: not text.isprintable() if is_control else repr(text) in problem
    )


def _is_deep(text: str) -> bool:
    depths = [*accumulate(_STEPS.get(found[0], 0) for found in _BRACKETS.finditer(text))]
    return max(depths, default=0) > _DEPTH and depths[-1] == 0


def _number_of(text: str) -> float:
    """Return the number that a text is; 0 if it is none."""
    try:
        return float(text)
    except ValueError:
        return 0.0


_SURROGATE: Final = _Cause(
    "Input should be valid Unicode, without lone surrogates", has_surrogate, is_logged=False
)
_DEEP: Final = _Cause("Input should not be nested so deeply", _is_deep, "too_deep", is_logged=False)
_NUMBER: Final = _Cause(
    "Input should have finite numbers only",
    lambda text: not all(isfinite(_number_of(each)) for each in _NUMBERS.findall(text)),
    "finite_number",
    is_logged=False,
)
_NUL: Final = _Cause("Input should be text without NUL", lambda text: "\0" in text)
