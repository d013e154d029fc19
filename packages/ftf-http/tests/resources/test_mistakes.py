"""What a resource declares wrongly is found when it is added, with a remedy."""

import pytest
from catalogue import (
    Model,
    Product,
    ProductIn,
    ProductOut,
    Review,
    Supplier,
    Tag,
)
from misfits import (
    Anything,
    Endless,
    Keyed,
    Lacking,
    Named,
    Nested,
    Node,
    Numbered,
    Out,
    Unattached,
    Unfit,
    Version,
    Whole,
    coroutine,
    resource,
)

from ftf.http import FastTrackFramework
from ftf.orm import Filter, FilterSet, Include

WRONG = {
    "an action that is unknown": (
        {"actions": ("index", "list")},
        "Wrong has an unknown action 'list': actions can have index, show",
    ),
    "no actions": ({"actions": ()}, "Wrong has no actions: actions can have index"),
    "filters of another model": (
        {"filters": FilterSet(Tag)},
        "Wrong.filters must be a FilterSet of Product",
    ),
    "a filter about what is not shown": (
        {"filters": FilterSet(Product, Filter(Product.cost))},
        "the parameter 'cost' is about Product.cost, which ProductOut does not show",
    ),
    "a sort by what is not shown": (
        {"filters": FilterSet(Product, sorts=(Product.hidden,))},
        "'sort' is about Product.hidden",
    ),
    "a filter behind a relationship that is not shown": (
        {
            "filters": FilterSet(
                Product, Filter(Supplier.secret, "contains", via=(Product.supplier,))
            )
        },
        "'secret__contains' is about Supplier.secret|'secret' is about Supplier.secret",
    ),
    "an include without a field": (
        {"answer": Out, "filters": FilterSet(Product, includes=(Include(Product.supplier),))},
        "Out has no field for Include",
    ),
    "a parent that is a list": ({"parent": Product.reviews}, "Wrong.parent must be a relationship"),
    "a parent that the prefix does not name": (
        {"parent": Product.supplier},
        r"its prefix has no \{supplier\}: write, .* prefix = '/suppliers/\{supplier\}/x'",
    ),
    "a key in the body": ({"body": Keyed}, "Keyed.id is set by the server: leave it out"),
    "what is no column": (
        {"body": Unattached},
        "Unattached.password is not a column of Product: leave it out, or override",
    ),
    "a relationship in the body": ({"body": Whole}, "Whole.reviews is a relationship"),
    "a body that allows anything": ({"body": Anything}, "Anything allows unknown fields"),
    "a version in the body": (
        {"model": Numbered, "body": Version, "answer": Out},
        "Version.version is set by the server",
    ),
    "a parent in the body": (
        {"parent": Product.supplier, "prefix": "/suppliers/{supplier}/products"},
        "ProductIn.supplier_id is set by the server",
    ),
    "a relationship without a schema": (
        {"answer": Unfit},
        "Unfit.reviews shows a relationship without a schema",
    ),
    "what is no attribute": ({"answer": Lacking}, "Lacking.colour is not an attribute of Product"),
    "a schema without end": (
        {"model": Node, "body": Named, "answer": Endless},
        r"Endless.parent contains Endless without end: write `Endless \| MISSING = MISSING`",
    ),
    "actions that are a text": (
        {"actions": "index"},
        r"Wrong.actions is a text: write `actions = \('index',\)`",
    ),
    "an attribute in the singular": (
        {"action": ("index",)},
        r"Wrong.action is not an attribute of resources: write `actions = \.\.\.`",
    ),
    "a model without a table": ({"model": Model}, "Wrong: Model has no table: name a model"),
    "a parent that is a text": ({"parent": "product"}, "Wrong.parent must be a relationship of P"),
    "a parent that is a column": (
        {"parent": Product.supplier_id},
        "relationship of Product to one record by one foreign key, .* not Product.supplier_id",
    ),
    "a parent of another model": ({"parent": Review.product}, "Wrong.parent must be a relationsh"),
    "a prefix with a parameter that is not read": (
        {"prefix": "/suppliers/{supplier}/products"},
        r"names \{supplier\} in its prefix, which no action reads: write `parent = Product.supp",
    ),
    "a constructor alone": (
        {"__init__": lambda self, records: None},
        r"Wrong.__init__ does not call .*: write `super\(\).__init__\(records\)` in it",
    ),
    "a hook that is not async": (
        {"stored": lambda self, record, body: None},
        r"Wrong.stored must be async: write `async def stored\(self, record, body\)`",
    ),
    "a step that is async": (
        {"scope": coroutine},
        r"Wrong.scope must not be async: write `def scope\(self, query\)`",
    ),
    "a hook of other parameters": (
        {"updating": coroutine},
        r"Wrong.updating is called with record, changes: write `async def updating\(self, record,",
    ),
    "a hook that is a value": (
        {"destroyed": True},
        r"Wrong.destroyed is a method of all resources: write `async def destroyed\(self, rec",
    ),
    "an idempotency that is a flag": (
        {"idempotency": True},
        r"Wrong.idempotency must be `idempotent\(...\)`, not True",
    ),
    "a count within": ({"answer": Nested}, "Inner.products_count counts in a schema within Nested"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_does_not_fit_is_refused(name):
    attributes, match = WRONG[name]
    facts = {"model": Product, "body": ProductIn, "answer": ProductOut} | attributes
    model, body, answer = (facts.pop(each) for each in ("model", "body", "answer"))
    app = FastTrackFramework()
    with pytest.raises((TypeError, ValueError), match=match):
        app.add_controller(resource(model, body, answer, **facts))
    assert not [route for route in app.routes if route.path.startswith("/x")]
