"""Made-up requests to a resource of each shape: never an error of the server."""

from collections import Counter

from resource_mutations import made_up
from resource_shapes import add_shapes

from ftf.http import FastTrackFramework

EXPECTED = {200, 201, 204, 400, 404, 405, 409, 422}


async def test_made_up_requests_are_answered_by_records_or_problems(serving) -> None:
    found = Counter[int]()
    async with serving(add_shapes(FastTrackFramework())) as shop:
        for number in range(5):
            product = {"sku": f"P{number}", "name": "Tea", "price": "4.50"}
            await shop.client.post("/products", json=product)
        for each in made_up(seed=1, number=150):
            answer = await shop.client.request(
                each.method, each.path, content=each.content, headers=each.headers
            )
            assert answer.status_code in EXPECTED, each
            if answer.is_error:
                assert answer.headers["content-type"] == "application/problem+json", each
            found[answer.status_code] += 1
    assert {200, 404, 405, 422} <= found.keys()
