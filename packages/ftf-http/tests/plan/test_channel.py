"""A channel that fails, and a request that is cancelled."""

import anyio
import pytest
from fastapi import Depends, FastAPI, HTTPException, Response
from fastapi.responses import PlainTextResponse

from ftf.http import FastTrackFramework


@pytest.mark.parametrize("annotation", [str, Response])
@pytest.mark.parametrize("raised", [OSError("gone"), HTTPException(418)])
async def test_path_18_an_error_of_the_channel_is_raised_like_starlette_does(raised, annotation):
    outcomes = []
    for app in (FastAPI(), FastTrackFramework(problem_details=False)):

        @app.get("/")
        async def show() -> annotation:
            return PlainTextResponse("shown") if annotation is Response else "shown"

        async def send(message) -> None:
            raise raised

        async def receive() -> dict[str, object]:
            return {"type": "http.request"}

        scope = {"type": "http", "method": "GET", "path": "/", "headers": [], "query_string": b""}
        with pytest.raises(
            (OSError, RuntimeError), match=r"gone|response already started"
        ) as caught:
            await app(scope, receive, send)
        outcomes.append((type(caught.value), str(caught.value)))
    assert outcomes[0] == outcomes[1]


async def test_path_18_a_cancelled_request_ends_where_it_waits():
    app, ended = FastTrackFramework(), []

    async def waiting() -> None:
        try:
            await anyio.sleep_forever()
        finally:
            ended.append("dependency")

    @app.get("/dependency", dependencies=[Depends(waiting)])
    async def show() -> None: ...

    @app.get("/handler")
    async def wait() -> None:
        try:
            await anyio.sleep_forever()
        finally:
            ended.append("handler")

    @app.post("/body")
    async def post(body: dict[str, int]) -> None: ...

    async def never() -> dict[str, object]:
        try:
            await anyio.sleep_forever()
        finally:
            ended.append("body")
        raise AssertionError

    async def send(_) -> None:
        raise AssertionError

    for method, path in (("GET", "/dependency"), ("GET", "/handler"), ("POST", "/body")):
        scope = {"type": "http", "method": method, "path": path, "query_string": b""}
        with anyio.move_on_after(0.01) as cancelled:
            await app(scope | {"headers": [(b"content-type", b"application/json")]}, never, send)
        assert cancelled.cancelled_caught
    assert ended == ["dependency", "handler", "body"]
