"""Errors of a websocket, before and after it was accepted."""

import pytest
from fastapi import HTTPException, WebSocket
from starlette.websockets import WebSocketState

from ftf.http import FastTrackFramework, Injected


class SoldOutError(Exception): ...


class Missing:
    def __init__(self) -> None:
        raise SoldOutError("No tickets left")


@pytest.fixture
def app():
    app = FastTrackFramework()
    app.map_error(SoldOutError, 410, "Sold out")

    @app.websocket("/early")
    async def early(socket: WebSocket, missing: Injected[Missing]) -> None: ...

    @app.websocket("/accepted")
    async def accepted(socket: WebSocket) -> None:
        await socket.accept()
        raise SoldOutError("No tickets left")

    @app.websocket("/forbidden")
    async def forbidden(socket: WebSocket) -> None:
        await socket.accept()
        raise HTTPException(403, "é" * 100)

    @app.websocket("/broken")
    async def broken(socket: WebSocket) -> None:
        await socket.accept()
        raise HTTPException(503, "internals")

    @app.websocket("/left")
    async def left(socket: WebSocket) -> None:
        await socket.accept()
        await socket.receive()
        assert socket.client_state is WebSocketState.DISCONNECTED
        raise SoldOutError("No tickets left")

    return app


async def test_edge_37_an_error_before_accepting_is_a_problem_where_servers_can_say_so(app, talk):
    start, body = await talk(app, "/early", extensions={"websocket.http.response": {}})
    assert (start["type"], start["status"]) == ("websocket.http.response.start", 410)
    assert b'"title":"Sold out"' in body["body"]
    assert b"x-request-id" in dict(start["headers"])


async def test_edge_37_an_error_before_accepting_rejects_the_handshake_elsewhere(app, talk):
    (closed,) = await talk(app, "/early")
    assert (closed["type"], closed["code"]) == ("websocket.close", 1008)


async def test_edge_37_an_error_after_accepting_closes_with_a_code_and_the_reason(app, talk):
    _, closed = await talk(app, "/accepted")
    assert closed == {"type": "websocket.close", "code": 1008, "reason": "No tickets left"}


async def test_edge_37_a_reason_fits_into_a_control_frame(app, talk):
    _, closed = await talk(app, "/forbidden")
    assert closed["reason"] == "é" * 61


async def test_edge_37_a_server_error_shows_no_reason(app, talk):
    _, closed = await talk(app, "/broken")
    assert (closed["code"], closed["reason"]) == (1011, "")


async def test_edge_37_a_client_that_left_is_told_nothing(app, talk):
    assert [message["type"] for message in await talk(app, "/left")] == ["websocket.accept"]


async def test_a_websocket_s_handshake_carries_the_request_s_id(app, talk):
    accepted, *_ = await talk(app, "/accepted", headers=[(b"x-request-id", b"abc")])
    assert accepted["headers"] == [(b"x-request-id", b"abc")]


async def test_an_error_after_accepting_closes_where_errors_are_not_problems_too(talk):
    app = FastTrackFramework(problem_details=False)

    @app.websocket("/forbidden")
    async def forbidden(socket: WebSocket) -> None:
        await socket.accept()
        raise HTTPException(403, "Members only")

    _, closed = await talk(app, "/forbidden")
    assert closed == {"type": "websocket.close", "code": 1008, "reason": "Members only"}
