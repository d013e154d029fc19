"""Errors of websockets: a rejected handshake, or a close code with a reason."""

from starlette.responses import Response
from starlette.websockets import WebSocket, WebSocketState

POLICY_VIOLATION, INTERNAL_ERROR = 1008, 1011  # RFC 6455, section 7.4.1
_REASON_BYTES = 123  # RFC 6455, section 5.5: a control frame has 125 bytes, the code takes two
_SERVER_ERROR = 500


async def refuse(
    socket: WebSocket, response: Response, reason: str, own_code: int | None = None
) -> Response | None:
    """Close a websocket, or return the response that rejects its handshake.

    Args:
        socket: The websocket.
        response: The response that an HTTP request would get.
        reason: The reason of the close; a server error (5xx) does not send it.
        own_code: The code of the close, if the error has one.
    """
    opening = socket.application_state is WebSocketState.CONNECTING
    if opening and "websocket.http.response" in socket.scope.get("extensions", {}):
        return response
    if opening or _is_open(socket):
        failed = response.status_code >= _SERVER_ERROR
        code, text = (INTERNAL_ERROR, "") if failed else (own_code or POLICY_VIOLATION, reason)
        await socket.close(
            code, text.encode(errors="replace")[:_REASON_BYTES].decode(errors="ignore")
        )
    return None


def _is_open(socket: WebSocket) -> bool:
    return (socket.application_state, socket.client_state) == (WebSocketState.CONNECTED,) * 2
