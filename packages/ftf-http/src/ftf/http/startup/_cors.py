"""The refusal of CORS middleware that allows every origin and credentials."""

import re
from inspect import signature

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
    if not is_cors(middleware):
        return
    given = signature(middleware.cls).bind_partial(None, *middleware.args, **middleware.kwargs)
    options = given.arguments
    if not options.get("allow_credentials"):
        return
    if "*" in options.get("allow_origins", ()):
        raise OpenCorsError("allow_origins")
    if re.fullmatch(options.get("allow_origin_regex") or "", _ANY_SITE):
        raise OpenCorsError("allow_origin_regex")
