"""The pages of the types of problems, which the URIs in the member `type` lead to."""

from collections.abc import Awaitable, Callable
from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from ._response import phrase_of
from ._types import ProblemType, ProblemTypes

_PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{title}</title></head>
<body><h1>{title}</h1><p>{status} {phrase}</p><p>{description}</p></body>
</html>
"""
# The page is text alone.
_HEADERS = {"content-security-policy": "default-src 'none'; frame-ancestors 'none'"}


def page_of(types: ProblemTypes, problem: ProblemType) -> Route:
    """Return the route of the page of a type."""
    text = _PAGE.format(
        title=escape(problem.title),
        status=problem.status,
        phrase=escape(phrase_of(problem.status)),
        description=escape(problem.description),
    )
    return Route(types.base + problem.slug, _showing(text), include_in_schema=False)


def _showing(text: str) -> Callable[[Request], Awaitable[Response]]:
    async def show(_: Request) -> Response:
        return HTMLResponse(text, headers=_HEADERS)

    return show
