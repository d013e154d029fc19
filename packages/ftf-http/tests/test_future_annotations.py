"""Annotations that are strings, as under this import or in a stub-like style."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ftf.http import FastTrackFramework, Inject, Injected, InvalidInjectionError

if TYPE_CHECKING:
    from decimal import Decimal


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
