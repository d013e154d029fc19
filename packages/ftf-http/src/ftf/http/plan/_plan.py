"""The plan of a route: from the ASGI scope of a request to the messages of its response.

What a plan cannot do is left to FastAPI when the plan is made. A request whose parameters or body
are not valid is served by FastAPI from the start: only reading and validating happens twice.
"""

from collections.abc import Awaitable
from typing import Final, cast

from fastapi.routing import request_response
from starlette.background import BackgroundTask
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from ..request._services import share
from ._answer import Answer
from ._dependencies import BACKGROUND, RESPONSE
from ._facts import Field, NotPlannedError, RouteFacts
from ._failure import fail, fail_late
from ._handler import NOT_VALIDATED, Handler
from ._originals import are_original, calls_handler_directly, functions
from ._replay import Replay
from ._sending import send_json, send_response
from .reading._body import Body
from .reading._fields import Values
from .reading._parameters import Parameters
from .reading._user_code import calls_user_code
from .reading._validation import adapter_of

_TELEMETRY: Final = "fastapi.telemetry"


class Plan:
    """Serves the requests of one route.

    Args:
        facts: The facts of the route.
        app: The ASGI application that FastAPI has made for the route.
        container: The container of the application, if it has one.

    Raises:
        NotPlannedError: The route needs what a plan cannot do.
    """

    __slots__ = (
        "_answer",
        "_app",
        "_body",
        "_calls",
        "_checks",
        "_dependant",
        "_dependencies",
        "_handler",
        "_originals",
        "_overridden",
        "_parameters",
        "_reads_nothing",
        "_validate",
        "_write",
    )

    def __init__(self, facts: RouteFacts, app: ASGIApp, container: object) -> None:
        if facts.max_body_size is not None:
            raise NotPlannedError("it limits the size of bodies")
        if not (are_original() and calls_handler_directly(app)):
            raise NotPlannedError("a function of FastAPI or its handler is replaced or wrapped")
        if facts.dependant.call is not facts.call:
            raise NotPlannedError("its handler was replaced")
        self._app = app
        self._dependant = facts.dependant
        self._dependencies = [*facts.dependant.dependencies]
        self._overridden = facts.overrides if self._dependencies else None
        self._originals = functions()
        self._answer = Answer(facts)
        self._handler = Handler(facts.dependant, container)
        graph = self._handler.graph
        self._calls = graph.calls
        self._checks = graph.checks
        # A response that dependencies may change is made as an object.
        self._write = None if {BACKGROUND, RESPONSE} & graph.uses else self._answer.write
        self._validate = self._answer.validate if self._write else None
        self._parameters = Parameters(graph.parameters) if graph.parameters else None
        self._body = Body(facts) if facts.body is not None else None
        takes_object = self._handler.takes_request
        self._reads_nothing = not (self._checks or self._parameters or self._body or takes_object)
        fields: list[Field] = [each.field for each in graph.parameters]
        fields += facts.dependant.body_params
        if graph.steps and any(calls_user_code(adapter_of(field)) for field in fields):
            raise NotPlannedError("a validator may need what a dependency has set")

    def applies_to(self, scope: Scope) -> bool:
        """Return whether a request gets the same response from this plan as from FastAPI.

        It does not if a function of FastAPI was replaced or the route's dependant was changed
        afterwards, if dependencies are overridden, or if FastAPI's telemetry records the request.
        """
        for dependant, call in self._calls:
            if dependant.call is not call:
                return False
        return (
            self._dependant.dependencies == self._dependencies
            and functions() == self._originals
            and scope.get(_TELEMETRY) is None
            and not (self._overridden and getattr(self._overridden, "dependency_overrides", None))
        )

    # A plain function that returns an awaitable: `async def` would add a frame to each request.
    def serve(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Serve one request."""
        if not self.applies_to(scope):
            return self._app(scope, receive, send)
        if self._reads_nothing:
            return self._serve({}, None, scope, receive, send)
        return self._read_and_serve(scope, receive, send)

    async def _read_and_serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request that is refused, or of which something is read."""
        if self._checks and not await self._passes(scope, receive, send):
            return
        replay = None
        try:
            values = {} if self._parameters is None else self._parameters.read(scope)
            if self._body is not None:
                replay = Replay(receive)
                values |= await self._body.read(scope, replay)
        except Exception:  # noqa: BLE001  # raised again, and answered, by FastAPI
            await self._app(scope, replay.again() if replay else receive, send)
            return
        if self._handler.takes_request:
            again = replay.again() if replay else receive
            await self._serve_object(values, scope, again, send)
        else:
            await self._serve(values, replay, scope, receive, send)

    async def _passes(self, scope: Scope, receive: Receive, send: Send) -> bool:
        """Return whether the early checks let a request pass; a refusal is answered."""
        connection = HTTPConnection(scope)
        try:
            for check in self._checks:
                await check(connection)
        except Exception as error:  # noqa: BLE001  # raised again, and answered, by Starlette
            await fail(error, None, scope, receive, send)
            return False
        return True

    async def _serve(
        self, values: Values, replay: Replay | None, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Serve a request of which nothing needs the object."""
        request = None
        try:
            if replay and self._handler.has_services:  # one of them may find the request by itself
                share(request := Request(scope, replay.again(), send))
            result, valid = await self._handler.result(values, scope, validate=self._validate)
            body = self._written(result, valid)
            response = None if body else await self._response(result, values, scope)
        except Exception as error:  # noqa: BLE001  # raised again, and answered, by Starlette
            await fail(error, request, scope, replay.again() if replay else receive, send)
            return
        if response is not None:
            await send_response(response, scope, receive, send)
            return
        try:
            await send_json(self._answer.start(body), body, send)
        except Exception as error:  # noqa: BLE001  # raised again by Starlette
            await fail_late(error, scope, receive)

    async def _serve_object(
        self, values: Values, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Serve a request whose object is an argument, with FastAPI's exit stacks in its scope."""

        async def answer(request: Request) -> Response:
            if self._body is not None:  # FastAPI has read them as well, and the object keeps them
                await request.body()
                await request.json()
            if self._handler.has_services:
                share(request)
            result, _ = await self._handler.result(values, scope, request)
            return await self._response(result, values, scope)

        await request_response(answer)(scope, receive, send)

    def _written(self, result: object, valid: object) -> bytes:
        """Return the body of a response; it is empty if a response object has to be made."""
        if self._write is None or isinstance(result, Response):
            return b""
        try:
            if valid is not NOT_VALIDATED:
                return self._write(valid)
            if self._validate is not None:
                result = self._validate(result, from_attributes=True)
            return self._write(result)
        except Exception:  # noqa: BLE001  # raised again where FastAPI makes the response
            return b""

    async def _response(self, result: object, values: Values, scope: Scope) -> Response:
        return await self._answer.response(
            result,
            scope,
            is_awaited=self._handler.is_awaited,
            changed=cast("Response | None", values.get(RESPONSE)),
            background=cast("BackgroundTask | None", values.get(BACKGROUND)),
        )
