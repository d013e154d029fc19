"""The response of a route: a body that pydantic writes, or an object of its response class."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from inspect import getsourcefile, getsourcelines, signature
from typing import Any, Final, cast

from fastapi import routing
from fastapi.dependencies.models import Dependant
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import EndpointContext, ResponseValidationError
from fastapi.utils import is_body_allowed_for_status_code
from starlette.background import BackgroundTask
from starlette.responses import JSONResponse, Response
from starlette.types import Message, Scope

from ..injection._endpoint import injected_by
from ._facts import RouteFacts
from .reading._validation import adapter_of

_WRITES_JSON: Final = "dump_json" in signature(routing.serialize_response).parameters


class Answer:
    """Makes the responses of one route from the results of its handler.

    Args:
        facts: The facts of the route.

    Attributes:
        validate: Validates a result; `None` if results are not validated.
        write: Writes a valid result as the body of a response; `None` if a response class or
            an unusual status decides about the response.
    """

    __slots__ = ("_arguments", "_facts", "_serialising", "status", "validate", "write")

    def __init__(self, facts: RouteFacts) -> None:
        self._facts = facts
        self.status = facts.status or 200
        self._arguments: dict[str, Any] = {"status_code": facts.status} if facts.status else {}
        self._serialising: dict[str, Any] = {"field": facts.result, **facts.serialising}
        self.validate: Callable[..., object] | None = None
        self.write: Callable[[object], bytes] | None = None
        if facts.result is not None:
            adapter = adapter_of(facts.result)
            self.validate = adapter.validator.validate_python
        if self._writes_pydantic:
            self._serialising["dump_json"] = True
        if not is_body_allowed_for_status_code(self.status):
            return
        if self._writes_pydantic:
            self.write = _writing(adapter.serializer.to_json, facts.serialising)
        elif facts.result is None and facts.response_class is JSONResponse:
            self.write = _write_encoded

    @property
    def _writes_pydantic(self) -> bool:
        facts = self._facts
        return _WRITES_JSON and facts.result is not None and facts.has_default_class

    def start(self, body: bytes) -> Message:
        """Return the message that starts a response with a JSON body."""
        headers = [(b"content-length", b"%d" % len(body)), (b"content-type", b"application/json")]
        return {"type": "http.response.start", "status": self.status, "headers": headers}

    async def response(
        self,
        result: object,
        scope: Scope,
        *,
        is_awaited: bool,
        changed: Response | None = None,
        background: BackgroundTask | None = None,
    ) -> Response:
        """Return the response that FastAPI makes from a result.

        Args:
            result: The result of the handler.
            scope: The ASGI scope of the request.
            is_awaited: Whether the handler is async.
            changed: The `Response` whose status and headers handlers and dependencies have set.
            background: The background tasks that they have added.

        Raises:
            ResponseValidationError: The result is not valid.
        """
        if isinstance(result, Response):
            if result.background is None:
                result.background = background
            return result
        content = await self._content(result, scope, is_awaited=is_awaited)
        arguments = {**self._arguments, "background": background}
        if changed is not None and changed.status_code:
            arguments["status_code"] = changed.status_code
        if "dump_json" in self._serialising:
            response = Response(content, media_type="application/json", **arguments)
        else:
            response = self._facts.response_class(content, **arguments)
        if not is_body_allowed_for_status_code(response.status_code):
            response.body = b""
        if changed is not None:
            response.headers.raw.extend(changed.headers.raw)
        return response

    async def _content(self, result: object, scope: Scope, *, is_awaited: bool) -> object:
        try:
            content: object = await routing.serialize_response(
                response_content=result, is_coroutine=is_awaited, **self._serialising
            )
        except ResponseValidationError as error:
            context = _context(self._facts.dependant, scope)
            faults = error.errors()
            raise ResponseValidationError(faults, body=result, endpoint_ctx=context) from None
        return content


def _writing(
    to_json: Callable[..., bytes], serialising: Mapping[str, object]
) -> Callable[[object], bytes]:
    # Without those that have their default; by_alias=None would be another than False.
    options = {
        name: value
        for name, value in serialising.items()
        if name == "by_alias" or not (value is None or value is False)
    }
    return partial(to_json, **options)


_json: Final = JSONResponse(None)


def _write_encoded(result: object) -> bytes:
    return _json.render(jsonable_encoder(result))


def unchanged_response() -> Response:
    """Return the response that handlers and dependencies may give a status and headers."""
    response = Response()
    del response.headers["content-length"]
    response.status_code = cast("int", None)
    return response


def _context(dependant: Dependant, scope: Scope) -> EndpointContext:
    """Return the path, file and line of a handler, which FastAPI adds to the text of errors."""
    mounted_at = scope.get("root_path", "").rstrip("/")
    context = EndpointContext(path=f"{scope['method']} {mounted_at}{dependant.path}")
    injected = injected_by(dependant.call)
    handler = injected.owner if injected else cast("Callable[..., object]", dependant.call)
    with suppress(OSError, TypeError):  # such as an object, which has no line
        file, (_, line) = getsourcefile(handler), getsourcelines(handler)
        context |= {"function": handler.__name__, "file": str(file), "line": line}
    return context
