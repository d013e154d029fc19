"""Lists by cursor: each record once in both directions, and no other cursor is taken."""

import re
from collections.abc import AsyncIterator
from random import Random

import pytest
from catalogue import Kind, product
from resource_shapes import ByCursor

from ftf.http import FastTrackFramework


@pytest.fixture
async def shop(serving):
    app = FastTrackFramework()
    app.add_controller(ByCursor)
    async with serving(app) as shop:
        for number in range(1, 8):  # ties in the price
            kind = Kind.PLAIN if number < 7 else Kind.GIFT
            await shop.save(product(number, price=number // 3, kind=kind))
        yield shop


async def pages(shop, path: str, rel: str = "next") -> AsyncIterator[list[int]]:
    """Yield the keys of a page and of those that its links lead to."""
    url = path
    while url:
        answer = await shop.get(url)
        assert answer.status_code == 200
        yield [each["id"] for each in answer.json()["items"]]
        links = re.findall(r'<([^>]*)>; rel="(\w+)"', answer.headers.get("link", ""))
        found = {name: target for target, name in links}
        last, url = url, found.get(rel, "")
        url = f"{path.partition('?')[0]}{url}" if url.startswith("?") else url
        if rel == "next" and not url:
            yield [-1]
            async for page in pages(shop, last, "prev"):
                yield page


@pytest.mark.parametrize("size", [1, 2, 3, 7])
async def test_resource_34_each_record_is_on_one_page_in_both_directions(shop, size):
    asked = f"/by-cursor?sort=-price,name&per_page={size}&kind=plain"
    found = [page async for page in pages(shop, asked)]
    middle = found.index([-1])
    there, back = found[:middle], found[middle + 1 :]
    assert [key for page in there for key in page] == [6, 3, 4, 5, 1, 2]
    assert back == there[::-1]


async def test_resource_34_an_empty_list_has_no_cursor(shop):
    answer = (await shop.get("/by-cursor", price__gte=100)).json()
    assert answer["items"] == []
    assert (answer["next_cursor"], answer["previous_cursor"]) == (None, None)


async def test_resource_34_what_is_no_cursor_of_the_list_is_400_without_a_query(shop):
    cursor = (await shop.get("/by-cursor?sort=price&per_page=2")).json()["next_cursor"]
    assert (await shop.get("/by-cursor", sort="price", cursor=cursor)).status_code == 200
    chance = Random(1)  # noqa: S311  # not a secret
    places = (chance.randrange(len(cursor)) for _ in range(30))
    wrong = {
        *(f"{cursor[:place]}{chance.choice('aZ09-_.')}{cursor[place + 1 :]}" for place in places),
        *(cursor[:place] for place in range(1, len(cursor), 7)),
        *("", "x", "é", "W10=", cursor * 2),
    } - {cursor}
    for text in wrong:
        answer = await shop.get("/by-cursor", sort="price", cursor=text)
        assert answer.status_code == 400, text
        assert answer.json()["type"].endswith("/cursor")
        assert shop.queries == []
    for order in ("-price", "name", "price,name"):
        answer = await shop.get("/by-cursor", sort=order, cursor=cursor)
        assert (answer.status_code, shop.queries) == (400, [])


async def test_resource_34_a_cursor_goes_on_where_its_record_was(shop):
    cursor = (await shop.get("/by-cursor?sort=price&per_page=2")).json()["next_cursor"]
    assert (await shop.client.delete("/by-cursor/2")).status_code == 204
    page = (await shop.get("/by-cursor", sort="price", cursor=cursor)).json()
    assert [each["id"] for each in page["items"]] == [3, 4, 5, 6, 7]
