"""What an ended login has open ends with it."""

import asyncio

import pytest

from ftf.http.auth import (
    Clock,
    Identity,
    LiveConnections,
    LoggedIn,
    LoggedOut,
    RefreshRetried,
    RefreshReused,
)
from ftf.http.auth.logins._notices import Notices  # noqa: PLC2701  # no service of its own

FACTS = {"session_id": "s1", "user": "7", "ip": "10.0.0.1", "known_ip": "10.0.0.2"}


@pytest.mark.parametrize(
    ("event", "ends"),
    [(LoggedIn, False), (RefreshRetried, False), (LoggedOut, True), (RefreshReused, True)],
)
async def test_edge_s91_sockets_of_a_login_end_with_it(event, ends):
    live = LiveConnections(Clock())
    opened = asyncio.Event()
    sent: list[str] = []

    async def chat(scope, receive, send):
        opened.set()
        await asyncio.Event().wait()

    async def send(message):
        sent.append(message["type"])

    async def holds():
        return True

    identity = Identity(subject="7", guard="api", session_id="s1")
    serving = live.serve(identity, holds, chat, {"type": "websocket"}, opened.wait, send)
    task = asyncio.create_task(serving)
    await opened.wait()

    await Notices(None, live)(event(**{**FACTS, "session_id": "s2"}))
    await Notices(None, live)(event(**FACTS))
    await Notices(None)(event(**FACTS))

    if not ends:
        assert len(live) == 1
        live.end("7")
    await task
    assert sent == ["websocket.close"]
    assert len(live) == 0
