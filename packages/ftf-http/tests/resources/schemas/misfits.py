"""Schemas and models that do not fit the catalogue, and a resource of any of them."""

import types
from typing import Annotated

from catalogue import (
    Model,
    Product,
    ReviewOut,
)
from pydantic import BaseModel
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ftf.http.resources import MISSING, Count, ResourceController
from ftf.orm import Versioned


class Out(BaseModel):
    id: int


class Named(BaseModel):
    name: str


class Keyed(BaseModel):
    id: int = 1


class Unattached(BaseModel):
    password: str


class Whole(BaseModel):
    reviews: list[ReviewOut] = []


class Anything(BaseModel, extra="allow"):
    name: str


class Numbered(Versioned, Model):
    __tablename__ = "numbered"
    id: Mapped[int] = mapped_column(primary_key=True)


class Version(BaseModel):
    version: int


class Node(Model):
    __tablename__ = "nodes"
    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("nodes.id"))
    parent: Mapped["Node | None"] = relationship(remote_side="Node.id")


class Endless(BaseModel):
    parent: "Endless | None"


class NodeOut(BaseModel):
    id: int
    parent: "NodeOut | MISSING | None" = MISSING


class Unfit(BaseModel):
    reviews: list[int]


class Lacking(BaseModel):
    colour: str


class Nested(BaseModel):
    class Inner(BaseModel):
        products_count: Annotated[int, Count(Product.reviews)]

    supplier: Inner


async def coroutine(self, query): ...


def resource(model, body, answer, **attributes):
    closed, body_of = ResourceController[model, body, answer], {"prefix": "/x"} | attributes
    return types.new_class("Wrong", (closed,), {}, lambda names: names.update(body_of))
