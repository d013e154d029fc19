"""A resource of each shape: plain, below a parent, by cursor with PUT, read only."""

from catalogue import Product, ProductIn, ProductOut, Products, Reviews

from ftf.http import FastTrackFramework
from ftf.http.resources import ResourceController
from ftf.orm import Filter, FilterSet, Include


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


def add_shapes(app: FastTrackFramework) -> FastTrackFramework:
    """Add the resources to an application, and return it."""
    for controller in (Simple, Products, Reviews, ByCursor):
        app.add_controller(controller)
    return app
