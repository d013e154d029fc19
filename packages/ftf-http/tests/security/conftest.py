from collections.abc import Callable

import pytest
from httpx import ASGITransport, AsyncClient, Response
from starlette.requests import Request

from ftf.http import FastTrackFramework
from ftf.http.security import SecurityOptions


@pytest.fixture
def ask():
    """What an application with some options answers; `GET /` says what the application sees.

    The first request of a route goes through all layers, the second and third do not.
    """

    async def asked(
        options: SecurityOptions,
        *headers: tuple[str, str],
        method: str = "GET",
        url: str = "http://api.example.com/",
        client: tuple[str, int] | None = ("203.0.113.7", 5),
        add: Callable[[FastTrackFramework], object] = lambda app: None,
    ) -> Response:
        app = FastTrackFramework(security=options)

        @app.api_route("/", methods=["GET", "POST", "HEAD"])
        async def show(request: Request) -> dict[str, object]:
            seen = request.client
            return {"client": seen and seen.host, "url": str(request.url)}

        add(app)
        transport = ASGITransport(app, client=client, raise_app_exceptions=False)
        async with AsyncClient(transport=transport) as http:
            answers = [await http.request(method, url, headers=[*headers]) for _ in range(3)]
        assert seen_of(answers[0]) == seen_of(answers[1]) == seen_of(answers[2])
        return answers[0]

    return asked


def seen_of(response: Response) -> tuple[object, ...]:
    """Return what a client sees of a response, but for the id of its request."""
    own = response.headers["x-request-id"]
    headers = sorted(pair for pair in response.headers.items() if pair[0] != "x-request-id")
    return response.status_code, headers, response.text.replace(own, "")
