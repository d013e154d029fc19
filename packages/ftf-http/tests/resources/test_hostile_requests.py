"""Random query strings and bodies: never an error of the server."""

import json
from random import Random
from urllib.parse import quote

NAMES = [
    *("price__gte", "price__lte", "name__contains", "kind__in", "tag__in", "sold_out", "q"),
    *("sort", "include", "page", "per_page", "nmae", "price", "", "price__gte__x", "__class__"),
]
TEXTS = [
    *("", " ", "0", "1", "-1", "true", "1e400", "NaN", "Infinity", "99999999999999999999", "0.001"),
    *("gift", "GIFT", "name", "-price,name", "name,name", "supplier,reviews", "reviews.", "é", "%"),
    *(
        "'; DROP TABLE products; --",
        "\\",
        "_",
        "\0",
        "\ud800",
        "a" * 300,
        "1\n",
        "\uff11\uff12",
        "9999-12-31",
    ),
]
VALUES = [
    *(None, True, 0, -1, 2**31, 2**63, 10**400, 1.5, float("nan"), float("inf")),
    *("", "\0", "\ud800", "1.10", "gift", "x" * 300),
    *([], [1], {}, {"width": 1}, {"width": 1, "height": 2}, {"a": [None]}),
]
FIELDS = ["sku", "name", "price", "stock", "kind", "size", "supplier_id", "id", "hidden", "x"]
EXPECTED = {200, 201, 404, 409, 422}


def query_of(chance: Random) -> str:
    pairs = ((chance.choice(NAMES), chance.choice(TEXTS)) for _ in range(chance.randint(1, 4)))
    return "&".join(
        f"{quote(name)}={quote(text.encode('utf-8', 'surrogatepass'))}" for name, text in pairs
    )


async def test_resource_3_random_query_strings_are_answered_by_rows_or_faults(shop):
    chance = Random(1)  # noqa: S311  # not a secret
    for _ in range(60):
        query = query_of(chance)
        for path in ("/products", "/products/1"):
            answer = await shop.client.get(f"{path}?{query}")
            assert answer.status_code in EXPECTED, query
            if answer.status_code == 422:
                assert all(fault["in"] == "query" for fault in answer.json()["errors"])


async def test_resource_3_random_bodies_are_answered_by_records_or_faults(shop):
    chance = Random(1)  # noqa: S311  # not a secret
    await shop.client.post("/products", json={"sku": "a", "name": "A", "price": 1})
    headers = {"content-type": "application/json"}
    for number in range(25):
        body = {chance.choice(FIELDS): chance.choice(VALUES) for _ in range(chance.randint(0, 3))}
        valid = {"sku": f"S{number}", "name": "A", "price": 1}
        for method, path, sent in (
            ("POST", "/products", valid | body),
            ("PATCH", "/products/1", body),
            ("POST", "/products/1/reviews", {"stars": 1} | body),
        ):
            content = json.dumps(sent).encode()
            answer = await shop.client.request(method, path, content=content, headers=headers)
            assert answer.status_code in EXPECTED, (method, body)
