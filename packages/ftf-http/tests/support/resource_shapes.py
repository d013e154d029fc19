"""A resource of each shape: plain, below a parent, by cursor, read only, in bulk, by versions."""

from typing import Annotated

from catalogue import Model, Product, ProductIn, ProductOut, Products, Reviews, Supplier
from pydantic import BaseModel
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, deferred, mapped_column

from ftf.http import FastTrackFramework
from ftf.http.resources import ResourceController
from ftf.http.types import Id, Line
from ftf.orm import Exists, Filter, FilterSet, Include, Unique, Versioned


class ByCursor(ResourceController[Product, ProductIn, ProductOut]):
    """A list by cursor, and PUT."""

    prefix = "/by-cursor"
    actions = ("index", "show", "store", "update", "replace", "destroy")
    filters = FilterSet(
        Product,
        Filter(Product.price, "gte", "not_in"),
        Filter(Product.kind),
        Filter(Product.name, "starts", "ne", "not_in"),
        sorts=(Product.price, Product.name),
        includes=(Include(Product.supplier),),
        paging="cursor",
    )


class Simple(ResourceController[Product, ProductIn, ProductOut]):
    """A list without a total, of a resource that cannot be changed."""

    prefix = "/simple"
    actions = ("index", "show")
    filters = FilterSet(Product, search=(Product.name,), paging="simple")


class Label(Versioned, Model):
    """Has a version, and a column that is not loaded by itself."""

    __tablename__ = "labels"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(20), unique=True)
    text: Mapped[str] = deferred(mapped_column(String(100), default=""))
    supplier_id: Mapped[int | None] = mapped_column(ForeignKey("suppliers.id"))


class LabelIn(BaseModel):
    name: Annotated[Line, Unique(Label.name)]
    text: str = ""
    supplier_id: Annotated[Id, Exists(Supplier.id)] | None = None


class LabelOut(BaseModel):
    id: int
    name: str
    text: str


class Labels(ResourceController[Label, LabelIn, LabelOut]):
    """Every action, of records with versions and a body with rules."""

    prefix = "/labels"
    actions = (
        *("index", "show", "store", "update", "replace", "destroy"),
        *("store_many", "update_many", "destroy_many"),
    )


class MatchedLabels(ResourceController[Label, LabelIn, LabelOut]):
    """Changes need the version that was read."""

    prefix = "/matched-labels"
    actions = ("show", "update", "destroy")
    require_match = True


def add_shapes(app: FastTrackFramework) -> FastTrackFramework:
    """Add the resources to an application, and return it."""
    for controller in (Simple, Products, Reviews, ByCursor, Labels, MatchedLabels):
        app.add_controller(controller)
    return app
