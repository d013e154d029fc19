"""Routes that show, quote and send what a request has in each of its parts."""

from typing import Annotated, Any

from fastapi import Cookie, Form, Header, HTTPException, Response, UploadFile
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict

from ftf.http import Router


class Person(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str


routes = Router()


@routes.post("/person")
async def person(body: Person) -> Person:
    return body


@routes.post("/echo")
async def echo(body: dict[str, Any]):
    return body


@routes.post("/typed")
async def typed(body: dict[str, Any]) -> dict[str, Any]:
    return body


@routes.post("/numbers")
async def numbers(body: dict[str, int]) -> None: ...


@routes.post("/text")
async def text(body: dict[str, Any]) -> None:
    raise HTTPException(409, next(iter(body.values())))


@routes.post("/data")
async def data(body: dict[str, Any]) -> None:
    raise HTTPException(409, body)


@routes.post("/invalid")
async def invalid(body: dict[str, Any]) -> None:
    raise HTTPException(422, [body])


@routes.post("/mapped")
async def mapped(body: dict[str, Any]) -> None:
    raise LookupError(*body.values())


@routes.post("/header")
async def in_header(body: dict[str, Any], response: Response) -> None:
    response.headers["x-name"] = next(iter(body.values()))


@routes.post("/header/response")
async def in_headers_of_response(body: dict[str, Any]):
    return Response(headers={"x-name": body["name"]})


@routes.post("/header/error")
async def in_headers_of_error(body: dict[str, Any]):
    raise HTTPException(409, headers={"x-name": body["name"].upper()})


@routes.post("/header/empty")
async def in_headers_of_error_without_body(body: dict[str, Any]):
    raise HTTPException(304, headers={"x-name": body["name"]})


@routes.post("/cookie")
async def in_cookie(body: dict[str, Any], response: Response) -> None:
    response.set_cookie("name", body["name"])


@routes.get("/header/{name}")
async def path_in_header(name: str, response: Response) -> None:
    response.headers["x-name"] = name


@routes.get("/redirect")
async def redirect(to: str, response: Response) -> None:
    response.headers["location"] = to


@routes.post("/redirect")
async def redirect_of_body(body: dict[str, Any]):
    return RedirectResponse(body["name"])


@routes.post("/form/header")
async def form_in_header(name: Annotated[str, Form()], response: Response) -> None:
    response.headers["x-name"] = name


@routes.post("/form")
async def form(name: Annotated[str, Form()]) -> str:
    return name


@routes.post("/file")
async def file(file: UploadFile) -> str:
    return file.filename


@routes.get("/query")
async def query(name: str) -> str:
    return name


@routes.get("/header")
async def header(x_name: Annotated[str, Header()], name: Annotated[str, Cookie()]) -> list[str]:
    return [x_name, name]


@routes.get("/path/{name}")
async def path(name: str) -> str:
    return name


@routes.get("/number/{name}")
async def number(name: int) -> int:
    return name
