"""Posts, on SQLite and PostgreSQL."""

import pytest
from httpx import AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession

from blog.factories import add_user, write_posts
from ftf.testing import ActingAs, assert_queries

TEXT = {"title": "Hello", "body": "World"}

pytestmark = pytest.mark.usefixtures("assert_authorized")


async def test_a_post_is_written_read_changed_listed_and_deleted(
    client: AsyncClient, session: AsyncSession, acting_as: ActingAs
) -> None:
    author = await add_user(session)
    writer = acting_as(author)
    created = await writer.post("/posts", json=TEXT)
    assert created.status_code == 201
    post = f"/{created.headers['location']}"
    shown = (await client.get(post)).json()
    assert shown == created.json()
    assert (shown["author"]["name"], shown["comments_count"]) == (author.name, 0)
    changed = (await writer.patch(post, json={"title": "Goodbye"})).json()
    assert (changed["title"], changed["body"]) == ("Goodbye", "World")
    assert changed["updated_at"] > shown["updated_at"]
    assert [item["title"] for item in (await client.get("/posts")).json()["items"]] == ["Goodbye"]
    assert (await writer.delete(post)).status_code == 204
    assert (await client.get("/posts")).json()["items"] == []


async def test_a_post_is_changed_by_its_author_and_an_admin_only(
    client: AsyncClient, session: AsyncSession, acting_as: ActingAs
) -> None:
    (post,) = await write_posts(session, 1)
    path = f"/posts/{post.id}"
    other, admin = await add_user(session), await add_user(session, "admin")
    for body in ({"title": "Mine"}, {}, {"title": ""}):
        assert (await client.patch(path, json=body)).status_code == 401
    for body in ({"title": "Mine"}, {}):
        assert (await acting_as(other).patch(path, json=body)).status_code == 403
    assert (await acting_as(other).delete(path)).status_code == 403
    assert (await acting_as(other).post(f"{path}/restore")).status_code == 404
    assert (await client.get(path)).json()["title"] == post.title
    assert (await acting_as(admin).patch(path, json={"title": "Ours"})).json()["title"] == "Ours"
    assert (await acting_as(post.author).delete(path)).status_code == 204
    assert (await client.post(f"{path}/restore")).status_code == 401
    assert (await acting_as(other).post(f"{path}/restore")).status_code == 403


async def test_an_author_cannot_write_in_the_name_of_another(
    session: AsyncSession, acting_as: ActingAs
) -> None:
    author, other = await add_user(session), await add_user(session)
    created = await acting_as(author).post("/posts", json=TEXT | {"author_id": other.id})
    assert created.json()["author"]["id"] == author.id


@pytest.mark.parametrize("number", [1, 19])
async def test_listing_posts_takes_the_same_queries_however_many_there_are(
    client: AsyncClient, session: AsyncSession, number: int
) -> None:
    await write_posts(session, number, comments=3)
    with assert_queries(2):  # posts with the number of comments, authors
        page = (await client.get("/posts")).json()
    assert [item["comments_count"] for item in page["items"]] == [3] * number
    with assert_queries(4):  # comments, and their authors
        page = (await client.get("/posts?include=comments")).json()
    assert [len(item["comments"]) for item in page["items"]] == [3] * number


async def test_posts_are_found_by_what_clients_ask_for(
    client: AsyncClient, session: AsyncSession
) -> None:
    first, second, third = await write_posts(session, 3)
    second.author.name, second.body = "Ada", "Measure before you start."
    await session.commit()
    for query, expected in (
        ({"author": "Ada"}, [second]),
        ({"title__contains": "POST", "sort": "created_at"}, [first, second, third]),
        ({"q": "start MEASURE", "created_at__gte": first.created_at.isoformat()}, [second]),
        ({"created_at__lt": first.created_at.isoformat()}, []),
    ):
        found = (await client.get("/posts", params=query)).json()["items"]
        assert [post["id"] for post in found] == [post.id for post in expected]


async def test_posts_are_read_page_by_page_forth_and_back(
    client: AsyncClient, session: AsyncSession
) -> None:
    written = [post.id for post in reversed(await write_posts(session, 5))]
    pages = [(await client.get("/posts", params={"per_page": 2})).json()]
    while cursor := pages[-1]["next_cursor"]:
        pages.append((await client.get("/posts", params={"per_page": 2, "cursor": cursor})).json())
    ids = [[item["id"] for item in page["items"]] for page in pages]
    assert ids == [written[:2], written[2:4], written[4:]]
    back = {"per_page": 2, "cursor": pages[1]["previous_cursor"]}
    assert (await client.get("/posts", params=back)).json()["items"] == pages[0]["items"]


async def test_a_changed_cursor_is_the_mistake_of_a_client(
    client: AsyncClient, session: AsyncSession
) -> None:
    await write_posts(session, 2)
    cursor = (await client.get("/posts", params={"per_page": 1})).json()["next_cursor"]
    answer = await client.get("/posts", params={"cursor": f"{cursor}A"})
    assert answer.status_code == 400
    assert answer.json()["detail"] == "The cursor is not one of this list: begin without a cursor"


async def test_a_restored_post_has_the_comments_that_were_deleted_with_it(
    client: AsyncClient, session: AsyncSession, acting_as: ActingAs
) -> None:
    [post] = await write_posts(session, 1, comments=3)
    path, first = f"/posts/{post.id}", post.comments[0]
    author = acting_as(post.author)
    answer = await acting_as(first.author).delete(f"{path}/comments/{first.id}")
    assert answer.status_code == 204
    assert (await author.delete(path)).status_code == 204
    assert (await client.get(path)).status_code == 404
    assert (await client.get(f"{path}/comments")).status_code == 404
    restored = await author.post(f"{path}/restore")
    assert (restored.status_code, restored.json()["comments_count"]) == (200, 2)
    assert (await author.post(f"{path}/restore")).status_code == 404


async def test_bad_input_is_a_problem_that_names_the_fields(
    session: AsyncSession, acting_as: ActingAs
) -> None:
    writer = acting_as(await add_user(session))
    for method, path, body, pointers in (
        ("POST", "/posts", {"title": "A\0b"}, ["/title", "/body"]),
        ("GET", "/posts?per_page=0&titel=x", None, ["/per_page", "/titel"]),
        ("GET", "/posts/first", None, ["/id"]),
    ):
        answer = await writer.request(method, path, json=body)
        assert answer.status_code == 422
        assert [error["pointer"] for error in answer.json()["errors"]] == pointers


async def test_a_missing_post_is_a_problem(session: AsyncSession, acting_as: ActingAs) -> None:
    writer = acting_as(await add_user(session))
    for method in ("GET", "PATCH", "DELETE"):
        answer = await writer.request(method, "/posts/999", json={})
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json() == {
            "type": "/problems/not-found",
            "title": "Not Found",
            "status": 404,
            "detail": "Post not found",
        }
