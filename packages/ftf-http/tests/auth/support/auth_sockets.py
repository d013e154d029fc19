"""A client of a websocket that stays connected."""

import asyncio


async def connect(app, path="/socket", *headers, waits=True, **scope):
    """What an application sends over a websocket whose client stays connected."""
    sent: list[dict[str, object]] = []
    asked = iter([{"type": "websocket.connect"}])

    async def receive():
        message = next(asked, None)
        if message is None and waits:
            await asyncio.Event().wait()
        return message or {"type": "websocket.disconnect", "code": 1000}

    async def send(message):
        sent.append(message)

    defaults = {"type": "websocket", "path": path, "query_string": b"", "headers": [*headers]}
    defaults |= {"scheme": "ws", "root_path": ""}
    await app({**defaults, **scope}, receive, send)
    return [(each["type"], each.get("code") or each.get("status")) for each in sent]
