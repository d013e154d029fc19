"""The header `Server-Timing`: where the time of a request went, for the tools of a browser."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from time import perf_counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_HEADER = b"server-timing"
_NO_TOKEN = re.compile(r"[^A-Za-z0-9!#$%&'*+.^_`|~-]")
_MOST_NAMES = 20


class ServerTiming:
    """Adds the header `Server-Timing` to responses: the whole time, and that of each kind of span.

    Args:
        app: The ASGI application to wrap.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection; a websocket has no response to add it to."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        from ftf.container.spans import listening  # noqa: PLC0415  # an addition

        timings = Timings()

        async def send_timed(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), (_HEADER, bytes(timings))]
            await send(message)

        with listening(timings.note):
            await self.app(scope, receive, send_timed)


def timed(app: ASGIApp) -> ASGIApp:
    """Return an application whose responses have `Server-Timing` in the environment local.

    Elsewhere it is the application itself, because durations can give secrets away.
    """
    from ftf.container.environment import Environment, current_environment  # noqa: PLC0415

    return ServerTiming(app) if current_environment() is Environment.LOCAL else app


class Timings:
    """The seconds that the spans of a request have taken so far."""

    def __init__(self) -> None:
        self._begin = perf_counter()
        self._spans: dict[str, list[float]] = {}

    @contextmanager
    def note(self, name: str, _: Mapping[str, object]) -> Iterator[None]:
        """Note how long a span takes."""
        begin = perf_counter()
        try:
            yield
        finally:
            name = _NO_TOKEN.sub("_", name.removeprefix("ftf."))
            if name in self._spans or len(self._spans) < _MOST_NAMES:
                self._spans.setdefault(name, []).append(perf_counter() - begin)

    def __bytes__(self) -> bytes:
        metrics = [f"app;dur={(perf_counter() - self._begin) * 1000:.1f}"]
        for name, seconds in self._spans.items():
            count = f';desc="{len(seconds)} times"' if len(seconds) > 1 else ""
            metrics.append(f"{name};dur={sum(seconds) * 1000:.1f}{count}")
        return ", ".join(metrics).encode()
