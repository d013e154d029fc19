"""Articles, tags, favourites, comments, lists and the feed."""

import asyncio
from urllib.parse import quote

import pytest

from conduit.tests.conftest import Caller, SignUp
from ftf.testing import assert_queries


async def test_an_article_is_answered_as_it_was_sent(sign_up: SignUp) -> None:
    mara = await sign_up()
    text = '<b>"ü" & 😀\r\n' * 10_000
    article: dict[str, object] = {"title": text[:200], "description": "<", "body": text}
    article |= {"slug": "mine", "tagList": ["b", "a", "b"]}
    answer = await mara.call("POST", "/articles", {"article": article})
    shown = answer.json()["article"]
    assert shown["slug"] != "mine"
    assert (shown["body"], shown["tagList"]) == (text, ["b", "a"])
    assert (shown["favorited"], shown["favoritesCount"]) == (False, 0)
    assert shown["createdAt"] == shown["updatedAt"]
    assert shown["author"]["username"] == mara.username


@pytest.mark.parametrize("title", ["!!!", "😀", "مرحبا", "a/b?c%d", "feed"])
async def test_each_title_makes_a_slug_of_its_own(
    guest: Caller, sign_up: SignUp, title: str
) -> None:
    mara = await sign_up()
    slugs = {await mara.publish(title) for _ in range(3)}
    assert len(slugs) == 3
    for slug in slugs:
        answer = await guest.call("GET", f"/articles/{quote(slug, safe='')}")
        assert answer.json()["article"]["title"] == title


@pytest.mark.parametrize(
    ("change", "faults"),
    [
        ({"title": " "}, {"title"}),
        ({"title": None, "body": ""}, {"title", "body"}),
        ({"tagList": None}, {"tagList"}),
        ({"tagList": "a"}, {"tagList"}),
        ({"tagList": ["a", 1]}, {"tagList"}),
        ({"description": "\x00"}, {"description"}),
    ],
)
async def test_what_an_article_cannot_be_changed_to(
    sign_up: SignUp, change: dict[str, object], faults: set[str]
) -> None:
    mara = await sign_up()
    slug = await mara.publish("A title", "kept")
    answer = await mara.call("PUT", f"/articles/{slug}", {"article": change})
    assert answer.status_code == 422
    assert answer.json()["errors"].keys() == faults
    assert (await mara.call("GET", f"/articles/{slug}")).json()["article"]["tagList"] == ["kept"]


async def test_an_update_changes_what_is_sent(sign_up: SignUp) -> None:
    mara = await sign_up()
    slug = await mara.publish("A title", "b", "a")
    before = (await mara.call("GET", f"/articles/{slug}")).json()["article"]
    changes: list[dict[str, object]] = [{"body": "Other"}, {"tagList": ["a", "c"]}, {"tagList": []}]
    for change in changes:
        after = (await mara.call("PUT", f"/articles/{slug}", {"article": change})).json()["article"]
        assert after["updatedAt"] > before["updatedAt"]
        assert after == before | change | {"updatedAt": after["updatedAt"]}
        before = after
    renamed = await mara.call("PUT", f"/articles/{slug}", {"article": {"title": "New"}})
    assert renamed.json()["article"]["slug"] != slug
    assert (await mara.call("GET", f"/articles/{slug}")).status_code == 404
    assert (await mara.call("GET", "/tags")).json() == {"tags": []}


async def test_only_the_author_changes_and_deletes(sign_up: SignUp) -> None:
    mara, ben = await sign_up(), await sign_up()
    slug = await mara.publish()
    for method, body in (("PUT", {"article": {"title": "Mine"}}), ("DELETE", None)):
        answer = await ben.call(method, f"/articles/{slug}", body)
        assert (answer.status_code, answer.json()) == (403, {"errors": {"article": ["forbidden"]}})
        unknown = await ben.call(method, "/articles/none", body)
        assert (unknown.status_code, unknown.json()) == (
            404,
            {"errors": {"article": ["not found"]}},
        )
    assert (await mara.call("GET", f"/articles/{slug}")).json()["article"]["title"] == "A title"


async def test_a_deleted_article_takes_everything_with_it(guest: Caller, sign_up: SignUp) -> None:
    mara = await sign_up()
    slug = await mara.publish("A title", "rare")
    await mara.call("POST", f"/articles/{slug}/favorite")
    await mara.call("POST", f"/articles/{slug}/comments", {"comment": {"body": "Mine"}})
    assert (await mara.call("DELETE", f"/articles/{slug}")).content == b""
    assert (await mara.call("DELETE", f"/articles/{slug}")).status_code == 404
    assert (await guest.call("GET", f"/articles/{slug}/comments")).status_code == 404
    assert (await guest.call("GET", "/tags")).json() == {"tags": []}
    query = f"/articles?favorited={quote(mara.username)}"
    assert (await guest.call("GET", query)).json() == {"articles": [], "articlesCount": 0}


async def test_favourites_are_counted_once_for_each_account(sign_up: SignUp) -> None:
    mara, *fans = [await sign_up() for _ in range(4)]
    path = f"/articles/{await mara.publish()}/favorite"
    before = (await mara.call("GET", path.removesuffix("/favorite"))).json()["article"]
    await asyncio.gather(*(fan.call("POST", path) for fan in fans for _ in range(3)))
    article = (await fans[0].call("POST", path)).json()["article"]
    assert (article["favorited"], article["favoritesCount"]) == (True, 3)
    assert article["updatedAt"] == before["updatedAt"]
    for _ in range(2):
        article = (await fans[0].call("DELETE", path)).json()["article"]
        assert (article["favorited"], article["favoritesCount"]) == (False, 2)


async def test_lists_are_filtered_by_exact_text_and_count_all(
    guest: Caller, sign_up: SignUp
) -> None:
    mara, ben = await sign_up("mara_"), await sign_up("maraX")
    slugs = [await mara.publish(f"Title {number}", "a%", "b") for number in range(3)]
    await ben.publish("Other", "ab")
    for slug in slugs[:2]:
        await ben.call("POST", f"/articles/{slug}/favorite")
        await mara.call("POST", f"/articles/{slug}/favorite")

    async def found(query: str, caller: Caller = guest) -> list[object]:
        page = (await caller.call("GET", f"/articles?{query}")).json()
        assert all("body" not in article for article in page["articles"])
        return [page["articlesCount"], *(article["title"] for article in page["articles"])]

    assert await found("tag=a%25") == [3, "Title 2", "Title 1", "Title 0"]
    assert await found("tag=a%25&author=mara_&limit=1&offset=1") == [3, "Title 1"]
    assert await found("favorited=maraX") == [2, "Title 1", "Title 0"]
    assert await found("author=maraX&tag=b") == [0]
    assert await found("author=nobody") == [0]
    assert await found("offset=900") == [4]
    page = (await guest.call("GET", "/articles?favorited=maraX&limit=1")).json()
    assert page["articles"][0]["favoritesCount"] == 2


@pytest.mark.parametrize("number", ["-1", "1.5", "x", "", "1_0", "+1", "9" * 40])
@pytest.mark.parametrize("name", ["limit", "offset"])
async def test_a_page_needs_whole_numbers(guest: Caller, name: str, number: str) -> None:
    answer = await guest.call("GET", f"/articles?{name}={quote(number)}")
    assert (answer.status_code, [*answer.json()["errors"]]) == (422, [name])
    assert (await guest.call("GET", "/articles?limit=0")).status_code == 422
    assert (await guest.call("GET", "/articles?limit=999999999&offset=999999999")).is_success


async def test_the_feed_has_the_articles_of_those_one_follows(sign_up: SignUp) -> None:
    mara, ben = await sign_up("mara"), await sign_up("ben")
    await mara.publish("Hers")
    await ben.publish("Own")
    assert (await ben.call("GET", "/articles/feed")).json()["articlesCount"] == 0
    await ben.call("POST", "/profiles/mara/follow")
    (article,) = (await ben.call("GET", "/articles/feed")).json()["articles"]
    assert (article["title"], article["author"]["following"]) == ("Hers", True)


async def test_a_list_needs_one_statement_and_one_for_its_reader(
    guest: Caller, sign_up: SignUp
) -> None:
    mara = await sign_up()
    for number in range(6):
        slug = await mara.publish(f"Title {number}", "a", "b", str(number))
        await mara.call("POST", f"/articles/{slug}/favorite")
    with assert_queries(2):
        assert len((await mara.call("GET", "/articles?limit=20")).json()["articles"]) == 6
    with assert_queries(1):
        assert len((await guest.call("GET", "/articles?limit=20")).json()["articles"]) == 6


async def test_comments_belong_to_one_article_and_one_author(sign_up: SignUp) -> None:
    mara, ben = await sign_up(), await sign_up()
    slug, other = await mara.publish(), await mara.publish()
    comments = f"/articles/{slug}/comments"
    await asyncio.gather(
        *(ben.call("POST", comments, {"comment": {"body": str(number)}}) for number in range(4))
    )
    listed = (await mara.call("GET", comments)).json()["comments"]
    order = [(comment["createdAt"], comment["id"]) for comment in listed]
    assert order == sorted(order, reverse=True)
    assert {comment["author"]["username"] for comment in listed} == {ben.username}
    assert len({comment["id"] for comment in listed}) == 4
    key = listed[0]["id"]
    assert (await mara.call("DELETE", f"{comments}/{key}")).json() == {
        "errors": {"comment": ["forbidden"]}
    }
    foreign = await ben.call("DELETE", f"/articles/{other}/comments/{key}")
    assert (foreign.status_code, foreign.json()) == (404, {"errors": {"comment": ["not found"]}})
    answers = await asyncio.gather(*(ben.call("DELETE", f"{comments}/{key}") for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [204] + [404] * 5
    refused = {answer.text for answer in answers if answer.status_code == 404}
    assert refused == {'{"errors":{"comment":["not found"]}}'}
    assert (await ben.call("DELETE", f"{comments}/{2**70}")).status_code in {404, 422}
    blank = await ben.call("POST", comments, {"comment": {"body": " "}})
    assert blank.json() == {"errors": {"body": ["can't be blank"]}}
