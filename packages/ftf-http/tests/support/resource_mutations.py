"""Made-up requests for the resources of `resource_shapes`: most of them wrong in some way."""

import json
from collections.abc import Iterator
from random import Random
from typing import NamedTuple
from urllib.parse import quote

LISTS = (
    *("/products", "/by-cursor", "/simple", "/products/{}/reviews", "/labels"),
    *("/labels/batch", "/labels/batch-delete"),
)
KEYS = [
    *(
        "1",
        "2",
        "3",
        "7",
        "0",
        "-1",
        "01",
        "+1",
        "1.0",
        "1e3",
        "0x1",
        "%31",
        "%00",
        "%ff",
        "a",
        "é",
    ),
    *(str(2**31 - 1), str(2**31), str(2**63), "9" * 400, "%F0%9F%8E%81", "1%0A", "\u0661", "null"),
]
NAMES = [
    *("price__gte", "price__lte", "price__not_in", "name__contains", "name__starts", "name__ne"),
    *("name__not_in", "kind", "kind__in", "tag__in", "sold_out", "q", "sort", "include", "page"),
    *("per_page", "cursor", "nmae", "", "__class__", "price__gte__x", "q[]", "page[size]", "é"),
]
TEXTS = [
    *("", " ", "0", "1", "2", "-1", "true", "false", "null", "1e400", "NaN", "Infinity", "0.001"),
    *("gift", "plain", "GIFT", "name", "-price,name", "name,name", "supplier", "reviews"),
    *("supplier,reviews", "reviews.", ".", ",", "--price", "%", "_", "\\", "\0", "\ud800", "1\n"),
    *("'; DROP TABLE products; --", "a" * 300, "a b c d e f g", "\uff11\uff12", "9999-12-31"),
    *("99999999999999999999", "1.5", "W10", "e30=", "\x7f", "\u202e", "İ", "ß" * 150),
]
FIELDS = [
    *("sku", "name", "price", "stock", "kind", "size", "supplier_id", "stars", "text"),
    *("id", "hidden", "tags", "reviews", "created_at", "x", "", "__class__", "sku\0"),
]
VALUES = [
    *(None, True, False, 0, 1, -1, 5, 2**31, 2**63, 10**400, 1.5, -0.0, float("nan")),
    *(float("inf"), "", " ", "\0", "\ud800", "1.10", "1e5", "gift", "x" * 300, "a\nb", "7"),
    *([], [1], [[]], {}, {"width": 1}, {"width": 1, "height": 2, "unit": "cm"}, {"a": [None]}),
]
TYPES = [
    *(["application/json"] * 9 + ["application/merge-patch+json"] * 3),
    *("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"),
    *("application/json; charset=utf-16", "", "application/problem+json", "x"),
]
DAMAGE = ("", "", "", "", "", "", "{", "[1", "]", "\ufeff", ",", "\0", '{"sku": 1, "sku": 2}', "1")


class MadeUp(NamedTuple):
    """A request.

    Attributes:
        method: Its method.
        path: Its path, with the query string.
        content: The bytes of its body.
        headers: Its headers.
    """

    method: str
    path: str
    content: bytes
    headers: dict[str, str]


def made_up(seed: int, number: int) -> Iterator[MadeUp]:
    """Yield requests, the same ones for a seed."""
    chance = Random(seed)  # noqa: S311  # not a secret
    for each in range(number):
        method = chance.choice(("GET", "GET", "GET", "POST", "PATCH", "PUT", "DELETE"))
        path = chance.choice(LISTS).format(chance.choice(KEYS))
        if chance.random() < (0.4 if method in {"GET", "POST"} else 1):
            path += "/" + chance.choice(KEYS)
        if chance.random() < 0.7:
            path += "?" + _query(chance)
        content = b"" if method in {"GET", "DELETE"} else _body(chance, each)
        headers = {"content-type": chance.choice(TYPES)} if content else {}
        yield MadeUp(method, path, content, headers)


def _query(chance: Random) -> str:
    pairs = [(chance.choice(NAMES), chance.choice(TEXTS)) for _ in range(chance.randint(1, 5))]
    written = [f"{_quoted(chance, name)}={_quoted(chance, text)}" for name, text in pairs]
    return chance.choice("&&&&&&;").join(written) + chance.choice(
        ("", "", "", "&", "%", "%zz", "==")
    )


def _quoted(chance: Random, text: str) -> str:
    """Write a text for a URL, sometimes with bytes that are no UTF-8."""
    return quote(text.encode("utf-8", "surrogatepass")) + chance.choice(("",) * 20 + ("%ff", "+"))


def _body(chance: Random, number: int) -> bytes:
    body: dict[str, object] = {}
    if chance.random() < 0.7:
        body = {"sku": f"S{number}", "name": "Tea", "price": "1.10", "stars": 3}
    for _ in range(chance.choice((0, 1, 1, 1, 2, 3))):
        body[chance.choice(FIELDS)] = chance.choice(VALUES)
    written = json.dumps(chance.choice([body] * 9 + [[body], {"body": body}]))
    if chance.random() < 0.02:
        written = "[" * 5_000 + written
    return (written + chance.choice(DAMAGE)).encode("utf-8", "surrogatepass")
