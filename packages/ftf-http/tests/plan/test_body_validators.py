"""Validators of a body's types: which ones a plan calls, and which are left to FastAPI."""

from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import Enum
from typing import Annotated, Literal, NamedTuple
from uuid import UUID

import pytest
from fastapi import Body, Depends, Query
from posted_bodies import Item, Node, posting
from pydantic import BaseModel, ConfigDict, Field, model_validator

from ftf.http.types import Id, Line


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int = 9


class Dog(BaseModel):
    kind: Literal["dog"]


async def test_path_12_a_body_with_a_discriminator(same):
    annotation = Annotated[Cat | Dog, Body(discriminator="kind")]
    await same(
        posting(annotation),
        *[
            ("POST", "/", {"json": body})
            for body in ({"kind": "cat"}, {"kind": "dog"}, {"kind": 1})
        ],
    )


class Undefined(BaseModel):
    below: "Nothing"  # noqa: F821  # the point


class Deferred(BaseModel):
    model_config = ConfigDict(defer_build=True)
    number: int = 1


@pytest.mark.parametrize("annotation", [Undefined, Deferred])
async def test_path_12_a_type_that_is_not_fully_defined_is_left_to_fastapi(same, annotation):
    ways = {"the type of 'value' is not fully defined"}
    await same(posting(annotation), ("POST", "/", {"json": {}}), ways=ways)


class Own(BaseModel):
    def __init__(self, **values: object) -> None:
        super().__init__(**values)


class Noted(BaseModel):
    def model_post_init(self, _: object) -> None:
        """Note something."""


class Made(BaseModel):
    number: int = Field(default_factory=lambda: 3)
    others: list[int] = Field(default_factory=list)


@dataclass
class Point:
    x: int = 1

    def __post_init__(self) -> None:
        """Note something."""


class Sizes(Enum):
    SMALL = 1

    @classmethod
    def _missing_(cls, _: object) -> "Sizes":
        return cls.SMALL


class Sized(BaseModel):
    size: Sizes = Sizes.SMALL


@pytest.mark.parametrize("annotation", [Own, Noted, Made, Point, Sized])
async def test_path_13_what_may_read_a_context_is_left_to_fastapi(same, annotation):
    def build(app) -> None:
        async def nothing() -> None: ...

        @app.post("/", dependencies=[Depends(nothing)])
        async def post(value: annotation) -> str:
            return repr(value)

    reason = "a validator may need what a dependency has set"
    await same(build, ("POST", "/", {"json": {}}), ways={reason})


class Parts(NamedTuple):
    x: int = 1


@dataclass
class Plain:
    x: int = 1
    made: list[UUID] = field(default_factory=list)


@pytest.mark.parametrize("annotation", [Item, Node, Cat, Plain, Annotated[Parts, Body()]])
async def test_path_13_what_only_pydantic_validates_is_planned(same, annotation):
    def build(app) -> None:
        async def nothing() -> None: ...

        @app.post("/", dependencies=[Depends(nothing)])
        async def post(value: annotation) -> str:
            return repr(value)

    await same(
        build, *[("POST", "/", {"json": body}) for body in ({}, {"name": "a"}, {"x": 2}, [3])]
    )


async def test_path_13_validators_of_our_types_read_no_context(same):
    def build(app) -> None:
        async def nothing() -> None: ...

        @app.post("/{key}", dependencies=[Depends(nothing)])
        async def post(key: Id, line: Annotated[Line, Body(embed=True)]) -> str:
            return f"{key} {line}"

    bodies = [{"line": "a"}, {"line": "a\nb"}, {}]
    await same(build, *[("POST", f"/{key}", {"json": body}) for key in "1x" for body in bodies])


async def test_path_13_validators_run_after_the_dependencies(same):
    """A validator may need what a dependency has set."""
    tenant: ContextVar[str] = ContextVar("tenant", default="none")

    class Owned(BaseModel):
        name: str

        @model_validator(mode="after")
        def check(self):
            if self.name != tenant.get():
                raise ValueError(tenant.get())
            return self

    def build(app) -> None:
        async def set_tenant(name: Annotated[str, Query()]) -> None:
            tenant.set(name)

        @app.post("/", dependencies=[Depends(set_tenant)])
        async def post(owned: Owned) -> str:
            return owned.name

    await same(
        build,
        ("POST", "/?name=a", {"json": {"name": "a"}}),
        ("POST", "/?name=b", {"json": {"name": "a"}}),
        ways={"a validator may need what a dependency has set"},
    )
