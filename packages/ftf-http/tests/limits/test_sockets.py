"""Limits of websockets."""

from fastapi import WebSocket

from ftf.http import Router
from ftf.http.limits import (
    Limit,
    throttle,
)


async def test_a_websocket_is_limited_before_it_is_accepted(app, talk):
    @app.websocket("/socket")
    @throttle("two")
    async def chat(socket: WebSocket) -> None:
        await socket.accept()
        await socket.close()

    router = Router()
    router.websocket("/other", dependencies=[throttle("two")])(chat)
    app.include_router(router)
    async with app.router.lifespan_context(app):
        for path in ("/socket", "/other"):
            assert (await talk(app, path))[0]["type"] == "websocket.accept"
        assert await talk(app, "/socket") == [
            {
                "type": "websocket.close",
                "code": 1008,
                "reason": "The quota of two is used up: retry in 1800 s.",
            }
        ]


async def test_a_refused_handshake_is_a_response_where_the_server_can(app, talk):
    app.add_limit("all", Limit.per_hour(1, count="failures"), everywhere=True)

    @app.websocket("/socket")
    async def chat(socket: WebSocket) -> None:
        if "fail" not in socket.scope["path"]:
            await socket.accept()
        await socket.close()

    extensions = {"extensions": {"websocket.http.response": {}}}
    async with app.router.lifespan_context(app):
        for _ in range(3):
            assert (await talk(app, "/socket"))[0]["type"] == "websocket.accept"
        assert (await talk(app, "/missing"))[0]["type"] == "websocket.close"
        start, *_ = await talk(app, "/socket", **extensions)
        assert (start["type"], start["status"]) == ("websocket.http.response.start", 429)
        (close,) = await talk(app, "/socket")
        assert (close["type"], close["code"]) == ("websocket.close", 1008)
