"""`ftf.http.types` in paths, queries and bodies, and in the OpenAPI document."""

from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError
from sqlalchemy import BigInteger, LargeBinary, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from ftf.http import FastTrackFramework
from ftf.http import types as t
from ftf.orm import Base, UuidKey


class Narrow(BaseModel):
    number: t.Id = 1
    text: t.Text = "x"
    line: t.Line = "x"
    size: t.PageSize = 20


@pytest.fixture
def app():
    app = FastTrackFramework()

    @app.get("/path/{number}")
    async def path(number: t.Id) -> int:
        return number

    @app.get("/query")
    async def query(line: t.Line = "x", size: t.PageSize = 20, text: t.Text = "x") -> list[object]:
        return [line, size, text]

    @app.post("/body")
    async def body(body: Narrow) -> Narrow:
        return body

    return app


async def test_resource_89_the_ends_of_the_ranges_pass_and_what_is_beyond_is_422(app, serve):
    async with serve(app) as client:
        for number in ("1", "2147483647"):
            assert (await client.get(f"/path/{number}")).json() == int(number)
        for number in (
            "0",
            "-1",
            "2147483648",
            "+7",
            "007",
            "1_0",
            " 7",
            "\uff11\uff12",  # digits, but not those of ASCII
            "1e3",
            "9" * 5000,
        ):
            assert (await client.get(f"/path/{number}")).status_code == 422
        for name, right, wrong in (
            ("size", ["1", "100"], ["0", "101", ""]),
            ("line", ["a", "a" * 200, " a "], ["", " ", "a" * 201, "a\nb", "a\0b"]),
            ("text", ["a", "a\nb", "a" * 5000], ["", "a\0b"]),
        ):
            for value in right:
                assert (await client.get("/query", params={name: value})).status_code == 200
                assert (await client.post("/body", json={name: value})).status_code == 200
            for value in wrong:
                assert (await client.get("/query", params={name: value})).status_code == 422
                assert (await client.post("/body", json={name: value})).status_code == 422
        assert (await client.get("/query", params={"line": " a "})).json()[0] == "a"
        assert (await client.post("/body", json={"number": True})).status_code == 422
        surrogate = rb'{"text": "\ud800"}'
        headers = {"content-type": "application/json"}
        answer = await client.post("/body", content=surrogate, headers=headers)
    assert [each["code"] for each in answer.json()["errors"]] == ["string_unicode"]


def test_resource_89_the_document_has_limits_without_patterns(app):
    document = app.openapi()
    assert document["components"]["schemas"]["Narrow"]["properties"] == {
        "number": {
            "default": 1,
            "maximum": 2147483647,
            "minimum": 1,
            "title": "Number",
            "type": "integer",
        },
        "text": {"default": "x", "minLength": 1, "title": "Text", "type": "string"},
        "line": {
            "default": "x",
            "maxLength": 200,
            "minLength": 1,
            "title": "Line",
            "type": "string",
        },
        "size": {
            "default": 20,
            "maximum": 100,
            "minimum": 1,
            "title": "Size",
            "type": "integer",
        },
    }


@pytest.mark.parametrize(
    ("kind", "right", "wrong"),
    [
        (t.BigId, [1, 2**63 - 1], [0, 2**63, "9" * 21]),
        (t.PageNumber, [1, 1_000_000], [0, 1_000_001]),
        (t.Email, ["ada@example.com", " a@b.co "], ["ada", "a@b", "a b@c.de", "@b.co", "a@b.co\0"]),
        (t.Slug, ["a", "a-b-1", "a" * 100], ["", "-a", "a--b", "A", "a\n", "a" * 101]),
        (t.Money, ["12.50", "-1", 3, "9999999999.99"], ["1.234", "NaN", "Infinity", "1e400"]),
    ],
)
def test_what_the_other_types_take(kind, right, wrong):
    adapter = TypeAdapter(kind)
    for value in right:
        adapter.validate_python(value)
    for value in wrong:
        with pytest.raises(ValidationError, match="1 validation error"):
            adapter.validate_python(value)


def test_a_lone_surrogate_is_no_text():
    with pytest.raises(ValidationError, match="unicode"):
        TypeAdapter(t.Text).validate_python("\ud800")


def test_money_is_a_decimal_here_and_a_string_in_json():
    adapter = TypeAdapter(t.Money)
    assert adapter.validate_python("0.10") == Decimal("0.1")
    assert adapter.dump_json(Decimal("12.50")) == b'"12.50"'
    assert adapter.json_schema() == {
        "type": "string",
        "format": "decimal",
        "examples": ["12.50"],
    }


def test_an_email_is_one_in_the_document():
    assert TypeAdapter(t.Email).json_schema()["format"] == "email"


class Small(Base):
    __tablename__ = "types_small"
    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True)


class Big(Base):
    __tablename__ = "types_big"
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)


class Usual(Base):
    __tablename__ = "types_usual"
    id: Mapped[int] = mapped_column(primary_key=True)


class Coded(Base):
    __tablename__ = "types_coded"
    code: Mapped[str] = mapped_column(String(3), primary_key=True)


class Unique(UuidKey, Base):
    __tablename__ = "types_unique"


class Pair(Base):
    __tablename__ = "types_pair"
    left: Mapped[int] = mapped_column(primary_key=True)
    right: Mapped[int] = mapped_column(primary_key=True)


class Digest(Base):
    __tablename__ = "types_digest"
    id: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)


@pytest.mark.parametrize(
    ("model", "right", "wrong"),
    [
        (Small, ["-32768", "32767", "0"], ["-32769", "32768"]),
        (Usual, ["-2147483648", "2147483647"], ["-2147483649", "2147483648", "x"]),
        (Big, ["9223372036854775807"], ["9223372036854775808"]),
        (Coded, ["abc", "ä"], ["", "abcd", "a\0"]),
        (Unique, [str(uuid4())], ["x", ""]),
    ],
)
def test_resource_53_a_key_is_as_wide_as_its_column(model, right, wrong):
    adapter = TypeAdapter(t.key_of(model))
    for value in right:
        assert str(adapter.validate_python(value)) == value
    for value in wrong:
        with pytest.raises(ValidationError, match="1 validation error"):
            adapter.validate_python(value)
    assert ("uuid" in str(adapter.json_schema())) is (t.key_of(model) is UUID)


def test_resource_53_a_key_that_a_path_cannot_hold_is_refused_with_the_reason():
    with pytest.raises(TypeError, match="Pair has a primary key of several columns, left, right"):
        t.key_of(Pair)
    with pytest.raises(TypeError, match="Digest has a primary key of the type LargeBinary"):
        t.key_of(Digest)
