"""How the routes of an application are served, and what two of them answer."""

from fastapi import FastAPI
from fastapi.routing import APIRoute
from httpx import Response

from ftf.http import FastTrackFramework


def ways_of(app: FastTrackFramework) -> dict[str, str]:
    """The way of each route of a test, or the reason why it has no plan, by path."""
    own = {"/openapi.json", "/docs", "/docs/oauth2-redirect", "/redoc"}
    return {way.path: way.reason or way.way for way in app.ways() if way.path not in own}


def content_of(response: Response) -> tuple[object, ...]:
    headers = [(name, value) for name, value in response.headers.items() if name != "x-request-id"]
    return response.status_code, headers, response.content


def unplanned() -> FastAPI:
    """An application whose routes have no plans, and whose errors are those of one that has."""
    app = FastTrackFramework(problem_details=False, security_headers={})
    app.router.route_class = APIRoute
    return app
