"""The header `Server-Timing`, which responses have in the environment local only."""

import asyncio
import re

import pytest
from fastapi import Response
from starlette.responses import StreamingResponse
from units_of_work import RecordingUnit

from ftf.container import UnitsOfWork
from ftf.container.environment import UnknownEnvironmentError
from ftf.container.spans import span
from ftf.http import FastTrackFramework, Injected

METRIC = re.compile(r"""([!#$%&'*+.^_`|~0-9A-Za-z-]+);dur=(\d+\.\d)(?:;desc="([^"]*)")?""")


def make_app() -> FastTrackFramework:
    app = FastTrackFramework()

    @app.get("/")
    async def show(units: Injected[UnitsOfWork]) -> str:
        units.add(RecordingUnit([]))
        for _ in range(2):
            with span("draw picture"):
                await asyncio.to_thread(_in_thread)
        return ""

    @app.get("/own")
    async def own(response: Response) -> str:
        response.headers["Server-Timing"] = "cache;desc=hit"
        return ""

    @app.get("/many")
    async def many() -> str:
        for number in range(100):
            with span(f"step{number}"):
                pass
        return ""

    @app.get("/stream")
    async def stream() -> StreamingResponse:
        return StreamingResponse(iter(["a", "b"]))

    @app.get("/boom")
    async def boom() -> None:
        raise ValueError("boom")

    return app


def _in_thread() -> None:
    with span("read"):
        pass


def metrics(response) -> dict[str, str | None]:
    found = response.headers.get_list("Server-Timing")[-1].split(", ")
    matches = [METRIC.fullmatch(each) for each in found]
    assert all(matches)
    return {each[1]: each[3] for each in matches}


@pytest.fixture
def local(monkeypatch) -> None:
    monkeypatch.setenv("FTF_ENV", "local")


async def test_logs_65_a_response_says_where_its_time_went(local, serve):
    async with serve(make_app()) as client:
        found = metrics(await client.get("/"))
        assert found == {"app": None, "read": "2 times", "draw_picture": "2 times", "settle": None}
        for path in ("/stream", "/boom", "/missing", "/health"):
            assert "app" in metrics(await client.get(path))


async def test_logs_65_a_header_of_the_application_is_kept(local, serve):
    async with serve(make_app()) as client:
        found = (await client.get("/own")).headers.get_list("Server-Timing")
    assert [each.partition(";")[0] for each in found] == ["cache", "app"]


async def test_logs_65_the_header_does_not_grow_with_the_number_of_spans(local, serve):
    async with serve(make_app()) as client:
        assert len(metrics(await client.get("/many"))) == 21


@pytest.mark.parametrize("environment", ["testing", "staging", "production", ""])
async def test_logs_65_elsewhere_nothing_is_said(environment, serve, monkeypatch):
    monkeypatch.setenv("FTF_ENV", environment)
    async with serve(make_app()) as client:
        assert "server-timing" not in (await client.get("/")).headers


async def test_websockets_are_served_as_they_are(local, talk):
    app = FastTrackFramework()

    @app.websocket("/live")
    async def live(websocket) -> None: ...

    sent = await talk(app, "/live")
    assert "server-timing" not in str(sent)


async def test_an_environment_that_does_not_exist_ends_the_start(serve, monkeypatch):
    monkeypatch.setenv("FTF_ENV", "prod")
    with pytest.raises(UnknownEnvironmentError, match="set it to one of local"):
        async with serve(make_app()):
            pass
