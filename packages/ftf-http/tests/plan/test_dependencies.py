"""Dependencies: a plan calls them in the order, as often and in the way FastAPI does."""

import functools
import threading
from inspect import Parameter, Signature
from typing import Annotated

import pytest
from fastapi import Depends, HTTPException, Query
from starlette.websockets import WebSocket
from ways import ways_of

from ftf.http import FastTrackFramework, Injected

calls: list[str] = []


@pytest.fixture(autouse=True)
def _no_calls():
    calls.clear()


def noting(name: str, *below, use_cache: bool = True):
    """A dependency that notes its calls and those below it."""

    async def dependency(**values: object) -> str:
        calls.append(name)
        return f"{name}({','.join(map(str, values.values()))})"

    kind, annotation = Parameter.KEYWORD_ONLY, Annotated[int, Query()]
    dependency.__signature__ = Signature(
        [
            *(
                Parameter(f"_{number}", kind, default=Depends(each, use_cache=use_cache))
                for number, each in enumerate(below)
            ),
            Parameter("q", kind, annotation=annotation, default=1),
        ]
    )
    return dependency


@pytest.mark.parametrize("inner_cache", [True, False])
@pytest.mark.parametrize("outer_cache", [True, False])
async def test_path_9_each_dependency_is_called_as_often_as_on_fastapi(
    same, inner_cache, outer_cache
):
    def build(app) -> None:
        leaf = noting("leaf")
        left, right = noting("left", leaf, use_cache=inner_cache), noting("right", leaf, leaf)
        top = noting("top", left, right, use_cache=outer_cache)

        @app.get("/", dependencies=[Depends(right), Depends(leaf, use_cache=inner_cache)])
        async def show(
            top: Annotated[str, Depends(top)],
            again: Annotated[str, Depends(top, use_cache=outer_cache)],
            left: Annotated[str, Depends(left, use_cache=inner_cache)],
            q: int = 2,
        ) -> list[object]:
            made, calls[:] = [*calls], []
            return [top, again, left, q, made]

    answers = await same(build, ("GET", "/"), ("GET", "/?q=3"), ("GET", "/?q=x"))
    assert answers[0].json()[-1][0] == "leaf"


class Page:
    def __init__(self, page: int = 1, thread: str = "") -> None:
        self.page = page
        self.is_elsewhere = threading.current_thread() is not threading.main_thread()


class Callable:
    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, q: int = 1) -> str:
        return f"{self.name} {q}"


class AsyncCallable(Callable):
    async def __call__(self, q: int = 1) -> str:
        return f"async {self.name} {q}"


def where() -> bool:
    return threading.current_thread() is not threading.main_thread()


def doubling(function):
    @functools.wraps(function)
    def call(*args, **kwargs):
        return function(*args, **kwargs)

    return call


async def plain(q: int = 1) -> int:
    return q


async def test_path_9_classes_objects_wrappers_and_threads(same):
    def build(app) -> None:
        partial = functools.partial(plain, q=5)

        @app.get("/")
        async def show(
            page: Annotated[Page, Depends()],
            one: Annotated[str, Depends(Callable("one"))],
            two: Annotated[str, Depends(AsyncCallable("two"))],
            where: Annotated[bool, Depends(where)],
        ) -> list[object]:
            return [page.page, page.is_elsewhere, one, two, where]

        @app.get("/functions")
        async def functions(
            wrapped: Annotated[int, Depends(doubling(plain))],
            partial: Annotated[int, Depends(partial)],
            method: Annotated[str, Depends(Callable("method").__call__)],
        ) -> list[object]:
            return [wrapped, partial, method]

        @app.get("/def")
        def show_in_thread(where: Annotated[bool, Depends(where)]) -> list[bool]:
            return [where, threading.current_thread() is not threading.main_thread()]

    await same(
        build, ("GET", "/?q=2"), ("GET", "/?q=x&page=y"), ("GET", "/def"), ("GET", "/functions")
    )


async def test_path_9_dependencies_with_yield_are_left_to_fastapi(same):
    async def opened():
        calls.append("open")
        yield 1
        calls.append("close")

    def opened_in_thread():
        yield 2

    class Opened:
        async def __call__(self):
            yield 3

    def build(app) -> None:
        @app.get("/")
        async def show(
            one: Annotated[int, Depends(opened)],
            two: Annotated[int, Depends(opened_in_thread)],
            three: Annotated[int, Depends(Opened())],
        ) -> list[int]:
            return [one, two, three]

    await same(build, ("GET", "/"), ways={"the dependency opened has `yield`"})
    assert calls == ["open", "close"] * 2


async def test_path_9_an_error_of_a_dependency_ends_the_request(same):
    async def refuse(q: int = 0) -> None:
        calls.append("refuse")
        if q:
            raise HTTPException(403, "no", {"x-why": "q"})

    def build(app) -> None:
        @app.get("/", dependencies=[Depends(refuse)])
        async def show(page: int) -> int:
            calls.append("show")
            return page

    await same(build, ("GET", "/?page=1&q=1"), ("GET", "/?page=x&q=1"), ("GET", "/?page=1"))
    assert calls == ["refuse", "refuse", "refuse", "show"] * 2


async def test_a_dependency_that_takes_a_websocket_is_left_to_fastapi(same):
    async def connected(socket: WebSocket) -> None: ...

    def build(app) -> None:
        app.get("/", dependencies=[Depends(connected)])(plain)

    await same(build, ("GET", "/"), ways={"the dependency connected takes a websocket"})


async def test_a_dependency_with_a_limit_is_left_to_fastapi(same):
    limited = Depends(plain)
    try:
        limited = Depends(plain, max_concurrency=1)
    except TypeError:
        return  # this FastAPI has no limit

    def build(app) -> None:
        app.get("/", dependencies=[limited])(plain)

    ways = {"the dependency plain limits how often it runs at a time"}
    await same(build, ("GET", "/"), ways=ways)


class Counter:
    made = 0

    def __init__(self) -> None:
        Counter.made += 1


async def test_services_among_the_dependencies_are_delivered(serve):
    async def counted(counter: Injected[Counter], other: Injected[Counter]) -> int:
        assert counter is other
        return id(counter)

    app = FastTrackFramework()
    app.register(Counter, scope="scoped")

    @app.get("/", dependencies=[Depends(counted)])
    async def show(
        one: Annotated[int, Depends(counted)],
        two: Annotated[int, Depends(counted, use_cache=False)],
        counter: Injected[Counter],
    ) -> bool:
        return one == two == id(counter)

    async with serve(app) as client:
        assert (await client.get("/")).json() is True
    assert Counter.made == 1
    assert ways_of(app) == {"/": "compiled"}
