"""Applications, built from their descriptions on plain FastAPI or on this package."""

import json
from collections.abc import Sequence
from dataclasses import replace
from inspect import Parameter as SignatureParameter
from typing import Annotated, Any, Final

from differential.answers import HANDLERS, RESPONSES, Log
from differential.description import Application, Change, Endpoint, Group, Need, Place, Placed
from differential.functions import RETURNED, Functions
from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.routing import APIRoute
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import PlainTextResponse
from starlette.routing import Match, Mount
from starlette.routing import Route as StarletteRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from ftf.http import Controller, FastTrackFramework, Injected, Router, delete, get, patch, post, put

VERBS: Final = {"GET": get, "POST": post, "PUT": put, "PATCH": patch, "DELETE": delete}


class Service:
    """What handlers get injected; on FastAPI a dependency stands for it."""


class PickyRoute(APIRoute):
    """A route that decides itself which requests it matches."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if (b"x-version", b"0") in scope["headers"]:
            return Match.NONE, {}
        return super().matches(scope)


class LoudRoute(APIRoute):
    """A route that handles its requests itself, and makes its handler itself."""

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("state", {})["loud"] = 1
        await super().handle(scope, receive, send)

    def get_route_handler(self) -> Any:
        inner = super().get_route_handler()

        async def handle(request: Request) -> Any:
            response = await inner(request)
            response.headers["x-loud"] = "1"
            return response

        return handle


class NotingMiddleware:
    """ASGI middleware that adds to the log of the application."""

    def __init__(self, app: ASGIApp, log: list[tuple[object, ...]]) -> None:
        self.app = app
        self.log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def note(message: Any) -> None:
            self.log.append(("sent", message["type"]))
            await send(message)

        await self.app(scope, receive, note)


class Twin:
    """One of the two applications of a description.

    Args:
        description: The description.
        ours: Whether it is built on this package.

    Attributes:
        log: What handlers, dependencies and middleware have done.
        refused: The paths of the endpoints and places that could not be added.
    """

    def __init__(self, description: Application, *, ours: bool) -> None:
        self.log: Log = []
        self.refused: list[str] = []
        self.ours = ours
        self.later = description.later
        self.functions = Functions(self.log)
        for dependency in description.dependencies:
            self.functions.add(dependency)
        group = description.group
        self.app = self.application(group.guards, description.response_class)
        self.app.router.redirect_slashes = group.slashes
        self.fill(self.app, group)
        for name in description.middleware:
            self.add_middleware(name)
        for name in description.handlers:
            self.app.add_exception_handler(*HANDLERS[name])

    def application(self, guards: Sequence[Need] = (), response_class: str | None = None) -> Any:
        options: dict[str, Any] = {"dependencies": [*map(self.functions.depends, guards)]}
        if response_class:
            options["default_response_class"] = RESPONSES[response_class]
        if not self.ours:
            return FastAPI(**options)
        app = FastTrackFramework(problem_details=False, **options)
        app.register(Service, scope="singleton")
        return app

    def router(self, group: Group) -> Any:
        guards = [*map(self.functions.depends, group.guards)]
        options: dict[str, Any] = {"dependencies": guards, "redirect_slashes": group.slashes}
        options |= {"prefix": group.prefix, "tags": [group.kind]}
        if self.ours and group.kind in {"router", "controller"}:
            return Router(**options)
        own = {"picky": PickyRoute, "loud": LoudRoute}
        return APIRouter(**options, route_class=own.get(group.kind, APIRoute))

    def fill(self, target: Any, group: Group) -> None:
        for part in group.parts:
            if isinstance(part, Endpoint):
                self.add(target, part, as_controller=group.kind == "controller")
            else:
                self.put(target, part)

    def add(self, target: Any, endpoint: Endpoint, *, as_controller: bool = False) -> None:
        """Add an endpoint, or note that it is refused: it has to be on both."""
        try:
            self._add(target, endpoint, as_controller=as_controller)
        except Exception:  # noqa: BLE001  # compared
            self.refused.append(endpoint.path)

    def _add(self, target: Any, endpoint: Endpoint, *, as_controller: bool) -> None:
        if endpoint.answer == "starlette":
            getattr(target, "router", target).routes.append(self._starlette(endpoint))
            return
        options = {
            name: _option(name, value) for name, value in endpoint.options if name != "returns"
        }
        options["dependencies"] = [*map(self.functions.depends, endpoint.guards)]
        handler = self.functions.handler(endpoint, self._service() if endpoint.injected else None)
        if self.ours and as_controller and endpoint.methods[1:] == () and endpoint.path:
            verb = VERBS.get(endpoint.methods[0])
            if verb is not None and isinstance(target, Router):
                target.add_controller(_controller(handler, verb(endpoint.path, **options)))
                return
        target.add_api_route(endpoint.path, handler, methods=[*endpoint.methods], **options)

    def document(self) -> str:
        """Return the OpenAPI document as text, in which the order counts too, or its error."""
        try:
            return json.dumps(self.app.openapi())
        except Exception as error:  # noqa: BLE001  # compared
            return type(error).__name__

    def put(self, target: Any, placed: Placed) -> None:
        router = self.router(placed.group)
        self.fill(router, placed.group)
        for place in placed.places:
            try:
                getattr(self, f"_{place.way}")(target, router, place)
            except Exception:  # noqa: BLE001  # compared
                self.refused.append(place.at)

    def change(self, change: Change) -> None:
        """Change the application while it serves."""
        routes, made = self.app.router.routes, self.functions.dependencies
        of_users = routes[4:]  # after those of the documentation
        if change.what == "override":
            self.app.dependency_overrides[made[change.number]] = made[change.by]
        elif change.what == "restore":
            self.app.dependency_overrides.clear()
        elif change.what == "remove":
            for route in of_users[change.number :][:1]:
                routes.remove(route)
        elif change.what == "reverse":
            routes[4:] = reversed(of_users)
        else:
            self.add(self.app, self.later[change.number])

    def add_middleware(self, name: str) -> None:
        if name == "gzip":
            self.app.add_middleware(GZipMiddleware, minimum_size=5)
        elif name == "cors":
            origins = ["https://a.example"]
            self.app.add_middleware(
                CORSMiddleware,
                allow_origins=origins,
                allow_credentials=True,
                expose_headers=["x-own"],
                allow_headers=["x-token"],
            )
        elif name == "asgi":
            self.app.add_middleware(NotingMiddleware, log=self.log)
        else:
            self.app.middleware("http")(self._around)

    async def _around(self, request: Request, call_next: Any) -> Any:
        self.log.append(("before", request.url.path))
        response = await call_next(request)
        response.headers["x-around"] = "1"
        self.log.append(("after", response.status_code))
        return response

    def _include(self, target: Any, router: Any, place: Place) -> None:
        options: dict[str, Any] = {"dependencies": [*map(self.functions.depends, place.guards)]}
        if place.response_class:
            options["default_response_class"] = RESPONSES[place.response_class]
        target.include_router(router, prefix=place.at, **options)

    def _mount(self, target: Any, router: Any, place: Place) -> None:
        target.mount(place.at, router)

    def _host(self, target: Any, router: Any, place: Place) -> None:
        target.host(f"{place.at.strip('/') or 'a'}.test", router)

    def _move(self, target: Any, router: Any, place: Place) -> None:
        routes = getattr(target, "router", target).routes
        routes.append(Mount(place.at, routes=[*router.routes]))

    def _application(self, target: Any, router: Any, place: Place) -> None:
        app = self.application(place.guards, place.response_class)
        self._include(app, router, replace(place, at=""))
        target.mount(place.at, app)

    def _starlette(self, endpoint: Endpoint) -> Any:
        async def show(request: Request) -> PlainTextResponse:
            self.log.append(("starlette", endpoint.path))
            return PlainTextResponse(f"{request.path_params} {request.scope['root_path']}")

        return StarletteRoute(endpoint.path or "/", show, methods=[*endpoint.methods])

    def _service(self) -> SignatureParameter:
        async def make() -> Service:
            return Service()

        hint = Injected[Service] if self.ours else Annotated[Service, Depends(make)]
        kind = SignatureParameter.KEYWORD_ONLY
        return SignatureParameter("service", kind, annotation=hint)


def _controller(handler: Any, operation: Any) -> type[Controller]:
    """Return a controller with one method."""
    signature = handler.__signature__
    own = SignatureParameter("self", SignatureParameter.POSITIONAL_OR_KEYWORD)
    handler.__signature__ = signature.replace(parameters=[own, *signature.parameters.values()])
    return type("Shown", (Controller,), {"show": operation(handler)})


def _option(name: str, value: Any) -> object:
    if name == "response_class":
        return RESPONSES[value]
    if name == "response_model":
        return RETURNED[value]
    if name in {"response_model_include", "response_model_exclude"}:
        return dict(value) if isinstance(value[0], tuple) else {*value}
    return value
