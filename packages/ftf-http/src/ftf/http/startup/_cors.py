"""The refusal of CORS middleware that allows every origin and credentials."""

import re
from inspect import signature
from typing import Any

from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

from ..exceptions import OpenCorsError

# An origin that no expression but one for every origin matches.
_ANY_SITE = "https://any-site.example"


def is_cors(middleware: Middleware) -> bool:
    """Return whether a middleware is Starlette's CORSMiddleware or a subclass."""
    return isinstance(middleware.cls, type) and issubclass(middleware.cls, CORSMiddleware)


def refuse_open_cors(middleware: Middleware) -> None:
    """Raise for CORS middleware that allows every origin and credentials.

    Raises:
        OpenCorsError: It does.
    """
    if is_cors(middleware) and _options_of(middleware).get("allow_credentials"):
        option = allows_every_origin(middleware)
        if option is not None:
            raise OpenCorsError(option)


def allows_every_origin(middleware: Middleware) -> str | None:
    """Return the option by which a CORS middleware allows every origin, if it does."""
    options = _options_of(middleware) if is_cors(middleware) else {}
    if "*" in options.get("allow_origins", ()):
        return "allow_origins"
    if re.fullmatch(options.get("allow_origin_regex") or "", _ANY_SITE):
        return "allow_origin_regex"
    return None


def _options_of(middleware: Middleware) -> dict[str, Any]:
    given = signature(middleware.cls).bind_partial(None, *middleware.args, **middleware.kwargs)
    return given.arguments
