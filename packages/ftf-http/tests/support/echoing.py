"""Handlers that copy what a client sends into each part of a response."""

from typing import Annotated, Any

from fastapi import APIRouter, Cookie, HTTPException, Request, Response
from fastapi.responses import FileResponse, RedirectResponse, StreamingResponse
from units_of_work import RecordingUnit

from ftf.container import UnitsOfWork
from ftf.http import Injected


def declare(routes: APIRouter, log: list[str]) -> None:  # noqa: C901  # a handler for each part
    @routes.get("/header")
    async def header(x: str, response: Response, units: Injected[UnitsOfWork]) -> None:
        units.add(RecordingUnit(log))
        response.headers["x-name"] = x

    @routes.get("/{path}/response")
    async def of_response(path: str) -> Response:
        return Response(headers={"x-name": path})

    @routes.get("/error")
    async def of_error(x: str) -> None:
        raise HTTPException(409, headers={"x-name": x})

    @routes.get("/name")
    async def name(x: str, response: Response) -> None:
        response.headers[x] = "value"

    @routes.get("/media")
    async def media(x: str) -> Response:
        return Response("text", media_type=x)

    @routes.get("/stream")
    async def stream(x: str) -> StreamingResponse:
        return StreamingResponse(iter(["text"]), headers={"x-name": x})

    @routes.get("/cookie/path")
    async def cookie_path(x: str, response: Response) -> None:
        response.set_cookie("name", "value", path=x)

    @routes.get("/cookie/name")
    async def cookie_name(x: str, response: Response, units: Injected[UnitsOfWork]) -> None:
        units.add(RecordingUnit(log))
        response.set_cookie(x, "value")

    @routes.get("/cookie/value")
    async def cookie_value(x: str, response: Response) -> None:
        response.set_cookie("name", x)

    @routes.get("/cookie/echo")
    async def cookie_echo(name: Annotated[str, Cookie()]) -> Response:
        return Response(headers={"x-name": name})

    @routes.get("/redirect")
    async def redirect(x: str) -> RedirectResponse:
        return RedirectResponse(x)

    @routes.get("/file")
    async def file(x: str) -> FileResponse:
        return FileResponse(__file__, filename=x)

    @routes.get("/path")
    async def path(x: str) -> FileResponse:
        return FileResponse(f"{__file__}/{x}")

    @routes.get("/status")
    async def status(x: int, response: Response, units: Injected[UnitsOfWork]) -> None:
        units.add(RecordingUnit(log))
        response.status_code = x

    @routes.get("/status/response/{x}")
    async def status_of_response(x: int) -> Response:
        return Response("text", status_code=x)

    @routes.get("/status/error")
    async def status_of_error(x: int) -> None:
        raise HTTPException(x, "text")

    @routes.post("/body")
    async def body(body: dict[str, Any], response: Response) -> None:
        response.headers["x-name"] = body["name"]

    @routes.post("/body/status")
    async def body_status(body: dict[str, Any], response: Response) -> None:
        response.status_code = body["status"]

    @routes.post("/text")
    async def text(request: Request) -> Response:
        return Response(headers={"x-name": (await request.body()).decode()})

    @routes.post("/part")
    async def part(request: Request) -> Response:
        return Response(headers={"x-name": await anext(aiter(request.stream()))})

    @routes.post("/form")
    async def form(request: Request) -> Response:
        async with request.form() as sent:
            return Response(headers={"x-name": str(sent["name"])})

    @routes.post("/own")
    async def own(request: Request, x: str = "") -> Response:
        await request.body()
        return Response(headers={"x-name": "of the server\n"})

    @routes.get("/own/status")
    async def own_status() -> Response:
        return Response(status_code=99)
