"""What FastAPI passes besides parameters: the request, the response, tasks, security scopes."""

import asyncio
from contextvars import ContextVar
from typing import Annotated

from fastapi import BackgroundTasks, Depends, Request, Response, Security
from fastapi.security import APIKeyHeader, OAuth2PasswordBearer, SecurityScopes
from starlette.requests import HTTPConnection


async def test_path_9_security_scopes_are_fastapi_s(same):
    def scopes(security: SecurityScopes) -> list[str]:
        return [*security.scopes]

    async def user(scopes: Annotated[list[str], Security(scopes, scopes=["user"])]) -> list[str]:
        return scopes

    def build(app) -> None:
        @app.get("/", dependencies=[Security(user, scopes=["router"])])
        async def show(
            own: SecurityScopes,
            one: Annotated[list[str], Security(user, scopes=["one", "user"])],
            two: Annotated[list[str], Security(user, scopes=["two"])],
            three: Annotated[list[str], Depends(scopes)],
        ) -> list[list[str]]:
            return [own.scopes, one, two, three]

    await same(build, ("GET", "/"))


async def test_path_9_security_schemes_take_the_request(same):
    def build(app) -> None:
        @app.get("/")
        async def show(
            key: Annotated[str, Depends(APIKeyHeader(name="x-key"))],
            token: Annotated[str, Security(OAuth2PasswordBearer("token"), scopes=["a"])],
        ) -> list[str]:
            return [key, token]

    whole = {"headers": {"x-key": "k", "authorization": "Bearer t"}}
    await same(build, ("GET", "/", whole), ("GET", "/", {"headers": {"x-key": "k"}}), ("GET", "/"))


async def test_path_9_responses_and_background_tasks_are_shared(same, log):
    async def cookie(response: Response, tasks: BackgroundTasks) -> int:
        response.set_cookie("seen", "yes")
        response.headers["x-own"] = "1"
        response.status_code = 202
        tasks.add_task(log.append, "dependency")
        return id(response)

    def build(app) -> None:
        @app.get("/")
        async def show(
            number: Annotated[int, Depends(cookie)], response: Response, tasks: BackgroundTasks
        ) -> bool:
            tasks.add_task(log.append, "handler")
            return id(response) == number

        @app.get("/own")
        async def own(number: Annotated[int, Depends(cookie)]) -> Response:
            return Response("text", 203)

    await same(build, ("GET", "/"), ("GET", "/own"))
    assert log == ["dependency", "handler", "dependency"] * 2


async def test_path_17_context_variables_and_the_task_are_shared(same):
    variable: ContextVar[str] = ContextVar("variable", default="unset")
    tasks: list[object] = []

    async def setting(q: str = "set") -> None:
        tasks[:] = [asyncio.current_task()]
        variable.set(q)

    def in_thread() -> str:
        seen = variable.get()
        variable.set("thread")
        return seen

    def build(app) -> None:
        @app.get("/", dependencies=[Depends(setting)])
        async def show(seen: Annotated[str, Depends(in_thread)]) -> list[object]:
            return [variable.get(), seen, tasks == [asyncio.current_task()]]

        @app.get("/def", dependencies=[Depends(setting)])
        def show_in_thread() -> str:
            return variable.get()

    await same(build, ("GET", "/?q=1"), ("GET", "/def?q=2"))


async def test_path_17_a_request_has_its_state_and_its_route(same):
    async def mark(request: HTTPConnection) -> None:
        request.state.mark = request.path_params["number"]

    def build(app) -> None:
        @app.get("/{number}", dependencies=[Depends(mark)], name="shown")
        async def show(number: int, request: Request) -> list[object]:
            stacks = "fastapi_inner_astack", "fastapi_function_astack"
            return [
                request.state.mark,
                request.app is app,
                str(request.url_for("shown", number=4)),
                request.scope["route"].path,
                request.scope["endpoint"].__name__,
                request.path_params,
                [type(request.scope[name]).__name__ for name in stacks],
            ]

    await same(build, ("GET", "/3"))
