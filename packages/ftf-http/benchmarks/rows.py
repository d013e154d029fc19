"""The rows of the tables: each is a request and its answer."""

import json
from dataclasses import dataclass
from typing import Final

from pydantic import BaseModel


class Item(BaseModel):
    """What is sent and returned."""

    name: str
    price: float
    tags: list[str] = []


class Greeter:
    """The injected singleton."""

    text = "hello"


ITEMS: Final = [Item(name=f"item {number}", price=number / 4, tags=["a"]) for number in range(100)]
ONE: Final = ITEMS[1].model_dump()


@dataclass(frozen=True)
class Row:
    """A request that every contender answers alike.

    Args:
        name: The name of the row, and the start of its path.
        answer: What the body of the answer is, as JSON.
        rest: The rest of the path.
        query: The query string.
        body: The body of a POST; without one it is a GET.
    """

    name: str
    answer: object
    rest: str = ""
    query: bytes = b""
    body: bytes = b""

    @property
    def method(self) -> str:
        """The HTTP method."""
        return "POST" if self.body else "GET"


PARAMETERS: Final = {"item_id": 3, "q": "a", "limit": 5}
ROWS: Final = (
    Row("bare", {"ok": True}),
    Row("parameters", PARAMETERS, "/3", b"q=a&limit=5"),
    Row("body", ONE, body=json.dumps(ONE).encode()),
    Row("models", [item.model_dump() for item in ITEMS]),
    Row("singleton", {"text": "hello"}),
    Row("thread", {"ok": True}),
    Row("depends", {"page": 2, "user": "me"}, query=b"page=2&user=me"),
    Row("scoped", {}),
)
SERVICES: Final = (Row("singletons", {}), Row("scoped", {}))
LAST: Final = Row("last", {"item_id": 3}, "/3")
