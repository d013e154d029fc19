"""What handlers and dependencies do: each is a function of the values that they are given."""

import json
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final

from differential.values import Colour, Nested, Thing
from fastapi import BackgroundTasks, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse
from fastapi.security import SecurityScopes
from starlette.datastructures import State
from starlette.requests import HTTPConnection
from starlette.responses import StreamingResponse

type Values = dict[str, Any]
type Log = list[tuple[object, ...]]

HIDDEN: Final = {"service", "self"}  # passed in another place on FastAPI
REFUSING: Final = "x-refuse"
context: ContextVar[str] = ContextVar("context", default="none")


class TeapotError(Exception): ...


class Shouting(JSONResponse):
    media_type = "application/vnd.shout+json"

    def render(self, content: object) -> bytes:
        return super().render(content).upper()


def shown(value: object) -> str:
    """Return a value as text, without what differs from one application to another."""
    if isinstance(value, SecurityScopes):
        return f"scopes {value.scopes}"
    if isinstance(value, HTTPConnection | Response | BackgroundTasks | State):
        return type(value).__name__
    return repr(value)


def listed(values: Values) -> list[list[str]]:
    """Return the values in the order in which they were passed, but for services."""
    return [[name, shown(value)] for name, value in values.items() if name not in HIDDEN]


@dataclass(frozen=True)
class Answer:
    """What a handler returns or does.

    Args:
        make: Returns the result; a coroutine if only an async handler can answer so.
        wants: Further parameters, of FastAPI's own types.
        streams: Whether the handler is a generator of the items that `make` returns.
    """

    make: Callable[[Values, Log], Any]
    wants: tuple[str, ...] = ()
    streams: bool = False
    only_async: bool = False


SPECIAL: Final[Mapping[str, type]] = {
    "request": Request,
    "response": Response,
    "tasks": BackgroundTasks,
    "connection": HTTPConnection,
    "scopes": SecurityScopes,
}


def with_sub_response(values: Values, _: Log) -> Any:
    response = values["response"]
    response.headers.append("x-own", "1")
    response.headers.append("x-own", "2")
    response.set_cookie("seen", "yes")
    response.status_code = 202
    return {"accepted": True}


def in_background(values: Values, log: Log) -> Any:
    values["tasks"].add_task(log.append, ("background", context.get()))
    return listed(values)


def facts(values: Values, _: Log) -> Any:
    request: Request = values["request"]
    scope = request.scope
    return {
        "route": getattr(scope.get("route"), "path", None),
        "endpoint": getattr(scope.get("endpoint"), "__name__", None),
        "path_params": shown(scope["path_params"]),
        "root_path": scope["root_path"],
        "url": str(request.url),
        "base": str(request.base_url),
        "app": request.app is scope["app"],
        "state": sorted(scope.get("state", {})),
        "context": context.get(),
        "keys": sorted(key for key in scope if not key.startswith(("ftf.", "fastapi"))),
    }


def changing(values: Values, _: Log) -> Any:
    """Change the lists and sets that were passed: no later request sees it."""
    before = listed(values)
    for value in values.values():
        if isinstance(value, list):
            value.append("changed")
        elif isinstance(value, set):
            value.clear()
    return before


def refusing(status: int, detail: object) -> Callable[[Values, Log], Any]:
    def refuse(values: Values, _: Log) -> Any:
        raise HTTPException(status, detail, headers={"x-reason": "refused"})

    return refuse


def crashing(error: type[Exception]) -> Callable[[Values, Log], Any]:
    def crash(values: Values, _: Log) -> Any:
        raise error("crashed")

    return crash


def invalid(values: Values, _: Log) -> Any:
    fault = {"type": "own", "loc": ("body", "x"), "msg": "made by hand", "input": 1}
    raise RequestValidationError([fault], body={"a": 1})


async def reading(values: Values, _: Log) -> Any:
    body = await values["request"].body()
    return {"length": len(body), "again": len(await values["request"].body())}


async def reading_json(values: Values, _: Log) -> Any:
    return {"read": repr(await values["request"].json())}


async def streaming_in(values: Values, _: Log) -> Any:
    return [part.decode("latin-1") async for part in values["request"].stream()]


def text_response(values: Values, _: Log) -> Any:
    response = PlainTextResponse("text", 203, headers={"x-own": "a", "vary": "X-Own"})
    response.set_cookie("a", "1")
    response.set_cookie("b", "2")
    return response


def streamed(values: Values, _: Log) -> Any:
    return StreamingResponse(iter(["one ", "two"]), media_type="text/event-stream")


THING: Final = {"name": "n", "size": "3", "color": "red", "secret": 1}
ANSWERS: Final[Mapping[str, Answer]] = {
    "values": Answer(lambda values, _: {"values": listed(values)}),
    "model": Answer(lambda *_: Thing(name="n", color=Colour.RED)),
    "dict": Answer(lambda *_: THING),
    "list": Answer(lambda *_: [Thing(name=f"n{number}") for number in range(3)]),
    "nested": Answer(lambda *_: Nested(thing=Thing(name="n"), more={"a": Thing(name="b")})),
    "partial": Answer(lambda *_: {"name": "only"}),
    "none": Answer(lambda *_: None),
    "number": Answer(lambda *_: 3),
    "text": Answer(lambda *_: "täxt " * 20),
    "unserialisable": Answer(lambda *_: {"x": object}),
    "nan": Answer(lambda *_: {"x": float("nan")}),
    "response": Answer(text_response),
    "redirect": Answer(lambda *_: RedirectResponse("/elsewhere?a=ä")),
    "json": Answer(lambda *_: JSONResponse({"a": 1}, 201)),
    "empty": Answer(lambda *_: Response(status_code=204)),
    "streamed": Answer(streamed),
    "sub response": Answer(with_sub_response, ("response",)),
    "background": Answer(in_background, ("tasks",)),
    "changing": Answer(changing),
    "facts": Answer(facts, ("request", "connection")),
    "error": Answer(refusing(418, {"code": 1, "why": ["a"]})),
    "not found": Answer(refusing(404, "gone")),
    "unchanged": Answer(refusing(304, "none")),
    "teapot": Answer(crashing(TeapotError)),
    "crash": Answer(crashing(LookupError)),
    "invalid": Answer(invalid),
    "items": Answer(lambda *_: [Thing(name="n"), {"name": "m"}], streams=True),
    "body": Answer(reading, ("request",), only_async=True),
    "parsed": Answer(reading_json, ("request",), only_async=True),
    "stream": Answer(streaming_in, ("request",), only_async=True),
}


def append_header(values: Values, _: Log) -> None:
    values["response"].headers.append("x-dependency", "1")
    values["response"].headers.append("x-dependency", "2")


def set_cookie(values: Values, _: Log) -> None:
    values["response"].set_cookie("dependency", "1")


def set_status(values: Values, _: Log) -> None:
    values["response"].status_code = 206


def add_task(values: Values, log: Log) -> None:
    values["tasks"].add_task(log.append, ("background of a dependency",))


def refuse(values: Values, _: Log) -> None:
    reason = values["request"].headers.get(REFUSING)
    if reason == "http":
        raise HTTPException(403, "refused", headers={"x-why": "dependency"})
    if reason == "teapot":
        raise TeapotError("refused")
    if reason == "crash":
        raise LookupError("refused")


def set_state(values: Values, _: Log) -> None:
    values["request"].state.seen = True
    context.set("set by a dependency")


def note_scopes(values: Values, log: Log) -> None:
    log.append(("scopes", *values["scopes"].scopes))


@dataclass(frozen=True)
class Effect:
    """What a dependency does before it returns or yields, and the parameters it wants for that."""

    run: Callable[[Values, Log], None]
    wants: tuple[str, ...] = ()


EFFECTS: Final[Mapping[str, Effect]] = {
    "none": Effect(lambda *_: None),
    "header": Effect(append_header, ("response",)),
    "cookie": Effect(set_cookie, ("response",)),
    "status": Effect(set_status, ("response",)),
    "background": Effect(add_task, ("tasks",)),
    "refuse": Effect(refuse, ("request",)),
    "state": Effect(set_state, ("request",)),
    "scopes": Effect(note_scopes, ("scopes",)),
}


async def answer_invalid(request: Request, error: RequestValidationError) -> Response:
    faults = [[*fault["loc"], fault["type"]] for fault in error.errors()]
    return JSONResponse({"faults": faults, "body": repr(error.body)}, 400)


def answer_http(request: Request, error: HTTPException) -> Response:
    return PlainTextResponse(f"{error.detail}", error.status_code, error.headers)


async def answer_teapot(request: Request, error: TeapotError) -> Response:
    return HTMLResponse(f"<p>{error}", 418)


def answer_any(request: Request, error: Exception) -> Response:
    return JSONResponse({"any": type(error).__name__}, 500)


async def answer_missing(request: Request, error: HTTPException) -> Response:
    return JSONResponse({"missing": json.dumps(request.url.path)}, 404)


HANDLERS: Final[Mapping[str, tuple[int | type[Exception], Callable[..., Any]]]] = {
    "invalid": (RequestValidationError, answer_invalid),
    "http": (HTTPException, answer_http),
    "teapot": (TeapotError, answer_teapot),
    "lookup": (LookupError, answer_teapot),
    "any": (Exception, answer_any),
    "missing": (404, answer_missing),
}
RESPONSES: Final[Mapping[str, type[Response]]] = {
    "json": JSONResponse,
    "text": PlainTextResponse,
    "html": HTMLResponse,
    "shouting": Shouting,
    "stream": StreamingResponse,
}
