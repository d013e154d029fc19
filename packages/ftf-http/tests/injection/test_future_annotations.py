"""Annotations that are strings, as under this import or in a stub-like style."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from fastapi import Request

from ftf.http import (
    Controller,
    FastTrackFramework,
    Inject,
    Injected,
    InvalidApplicationError,
    InvalidInjectionError,
    delete,
)

if TYPE_CHECKING:
    from decimal import Decimal

    from starlette.types import ASGIApp


@dataclass
class Clock:
    offset: int = 0


class Greeter:
    def greet(self) -> str:
        return "good day"


async def test_edge_24_types_of_the_module(serve):
    app = FastTrackFramework()

    @app.get("/{number}")
    async def show(number: int, greeter: Injected[Greeter]) -> str:
        return f"{greeter.greet()} {number}"

    async with serve(app) as client:
        assert (await client.get("/3")).json() == "good day 3"


async def test_edge_24_types_of_the_function_that_declares_the_handler(serve):
    class Local(Greeter): ...

    app = FastTrackFramework()

    @app.get("/annotated")
    async def annotated(greeter: Injected[Local]) -> str:
        return greeter.greet()

    @app.get("/default")
    async def default(greeter: Local = Inject(Local)) -> str:
        return greeter.greet()

    async with serve(app) as client:
        assert (await client.get("/annotated")).json() == "good day"
        assert (await client.get("/default")).json() == "good day"


async def test_edge_24_a_type_that_only_checkers_see_needs_the_default_form(serve):
    app = FastTrackFramework()
    app.register(Greeter)

    @app.get("/")
    async def default(greeter: Decimal = Inject(Greeter)) -> str:
        return greeter.greet()

    async with serve(app) as client:
        assert (await client.get("/")).json() == "good day"


class Polite:
    def __init__(self, app: ASGIApp, greeter: Greeter) -> None:
        self.app, self.greeter = app, greeter

    async def __call__(self, scope, receive, send) -> None:
        scope["greeting"] = self.greeter.greet()
        await self.app(scope, receive, send)


async def test_edge_24_a_constructor_that_a_middleware_inherits(serve):
    app = FastTrackFramework()
    app.add_middleware(type("Inheriting", (Polite,), {"__module__": "elsewhere"}))

    @app.get("/")
    async def show(request: Request) -> str:
        return request.scope["greeting"]

    async with serve(app) as client:
        assert (await client.get("/")).json() == "good day"


async def test_edge_24_a_handler_that_returns_nothing_may_say_so(serve):
    class Items(Controller):
        @delete("/controlled", status_code=204)
        async def remove(self) -> None: ...

    app = FastTrackFramework()
    app.add_controller(Items)

    @app.delete("/compiled", status_code=204)
    async def remove(greeter: Injected[Greeter]) -> None: ...

    async with serve(app) as client:
        assert (await client.delete("/controlled")).status_code == 204
        assert (await client.delete("/compiled")).status_code == 204


async def test_edge_24_a_middleware_whose_annotations_cannot_be_read_is_refused(serve):
    class Counting:
        def __init__(self, app: ASGIApp, amount: Decimal) -> None: ...

    app = FastTrackFramework()
    app.add_middleware(Counting)
    message = "'amount' of .*Counting.__init__ is annotated 'Decimal', which cannot be evaluated"
    with pytest.raises(InvalidInjectionError, match=message):
        async with serve(app):
            pass


async def test_edge_24_an_injection_that_cannot_be_read_is_refused_with_the_remedy():
    app = FastTrackFramework()

    async def show(amount: Injected[Decimal]) -> str: ...

    show.__qualname__ = "show"
    with pytest.raises(InvalidInjectionError, match="cannot be evaluated") as caught:
        app.get("/")(show)
    assert str(caught.value).splitlines() == [
        "Parameter 'amount' of show is annotated 'Injected[Decimal]', which cannot be evaluated.",
        "Import its names at run time, or write `amount: ... = Inject(...)`.",
    ]


async def test_a_forgotten_injection_is_found_beside_a_type_that_only_checkers_see(serve):
    app = FastTrackFramework()
    app.register(Clock)

    @app.post("/", response_model=None)
    async def create(clock: Clock) -> Decimal: ...

    with pytest.raises(InvalidApplicationError, match="Clock is a registered service"):
        async with serve(app):
            pass
