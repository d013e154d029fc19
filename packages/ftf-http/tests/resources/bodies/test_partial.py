"""`Partial`, and JSON merge patches."""

from typing import Annotated, Any

import pytest
from catalogue import Product
from pydantic import BaseModel, Field, ValidationError

from ftf.http import FastTrackFramework
from ftf.http.resources import MISSING, Partial, ResourceController


class Inner(BaseModel):
    width: int
    unit: str | None = None


class Body(BaseModel):
    name: Annotated[str, Field(max_length=3)]
    note: str | None = None
    inner: Inner | None = None
    many: list[Inner] = []
    aliased: int = Field(default=1, alias="other", description="said")


CHANGE = Partial[Body]


def test_what_was_sent_is_told_from_what_was_not():
    assert CHANGE().changes() == {}
    assert CHANGE(note=None).changes() == {"note": None}
    assert CHANGE(name="a", other=2).changes() == {"name": "a", "aliased": 2}
    assert CHANGE(inner={"width": 1}).changes() == {"inner": {"width": 1}}
    assert CHANGE(inner=None).changes() == {"inner": None}
    assert CHANGE().name is MISSING


@pytest.mark.parametrize(
    ("sent", "place"),
    [
        ({"name": None}, ("name",)),
        ({"name": "long"}, ("name",)),
        ({"nmae": "a"}, ("nmae",)),
        ({"inner": {"widht": 1}}, ("inner",)),
        ({"inner": {"width": None}}, ("inner",)),
        ({"many": [{"unit": "cm"}]}, ("many",)),
    ],
)
def test_what_cannot_be_is_refused(sent, place):
    with pytest.raises(ValidationError, match="Partial") as caught:
        CHANGE(**sent)
    assert caught.value.errors()[0]["loc"][:1] == place


def test_the_document_requires_nothing_and_has_null_only_where_the_schema_has():
    schema = CHANGE.model_json_schema()
    assert "required" not in schema
    assert schema["properties"]["name"] == {"maxLength": 3, "title": "Name", "type": "string"}
    assert schema["properties"]["note"]["anyOf"] == [{"type": "string"}, {"type": "null"}]
    assert schema["properties"]["other"]["description"] == "said"
    assert CHANGE is Partial[Body]
    assert CHANGE.__name__ == "PartialBody"


# RFC 7396, appendix A.
EXAMPLES = [
    ({"a": "b"}, {"a": "c"}, {"a": "c"}),
    ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
    ({"a": "b"}, {"a": None}, {}),
    ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
    ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
    ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
    ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
    ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
    (["a", "b"], ["c", "d"], ["c", "d"]),
    ({"a": "b"}, ["c"], ["c"]),
    ({"a": "foo"}, None, None),
    ({"a": "foo"}, "bar", "bar"),
    ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
    ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
    ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
]


class FreeIn(BaseModel):
    sku: str
    name: str = "x"
    price: int = 0
    size: Any = None


class FreeOut(BaseModel):
    id: int
    size: Any


class Free(ResourceController[Product, FreeIn, FreeOut]):
    prefix = "/free"


async def test_resource_71_a_change_is_merged_as_the_rfc_says(serving):
    app = FastTrackFramework()
    app.add_controller(Free)
    async with serving(app) as shop:
        for number, (stored, change, result) in enumerate(EXAMPLES):
            made = await shop.client.post("/free", json={"sku": f"{number}", "size": stored})
            place = made.url.join(made.headers["location"])
            answer = await shop.client.patch(place, json={"size": change})
            assert answer.json()["size"] == result
            assert (await shop.client.get(place)).json()["size"] == result
