"""The blog, on SQLite and PostgreSQL."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from alembic import command
from alembic.config import Config
from httpx import AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession

from blog.app import create_app
from blog.jobs import PrunePosts
from blog.mail import MailAuthor, Mailer
from blog.models import Comment, Post, Role, User
from blog.repositories import PostRepository
from blog.seed import COMMENTS, USERS, BlogSeeder
from ftf.container import Container
from ftf.container.jobs import Jobs
from ftf.http import FastTrackFramework
from ftf.orm import BaseRepository
from ftf.testing import (
    CommandLine,
    Factory,
    JobTester,
    Override,
    Values,
    assert_idempotent,
    assert_queries,
)

ADA = {"name": "Ada Lovelace", "email": "ada@example.com"}


@pytest.fixture
def app(migrations: Config) -> FastTrackFramework:
    """The blog on a migrated database."""
    command.upgrade(migrations, "head")
    return create_app()


@pytest.fixture
async def session(container: Container, client: AsyncClient) -> AsyncIterator[AsyncSession]:
    """A session of the test's own."""
    async with container.scoped_context() as scope:
        yield await scope.aresolve(AsyncSession)


class UserFactory(Factory[User]): ...


class CommentFactory(Factory[Comment]):
    def definition(self, number: int) -> Values:
        return {"body": "…", "author": UserFactory()}


class PostFactory(Factory[Post]):
    def definition(self, number: int) -> Values:
        return {"author": UserFactory()}


async def write_posts(session: AsyncSession, number: int, comments: int = 1) -> list[Post]:
    """Store posts of one author each, with comments by others."""
    posts = PostFactory(session).has(Post.comments, CommentFactory(), comments)
    written = await posts.create_many(number)
    await session.commit()
    return written


async def test_the_blog_says_welcome_and_that_it_is_well(client: AsyncClient) -> None:
    assert (await client.get("/")).json() == {"message": "Welcome to Fast Track Framework! 🚀"}
    assert (await client.get("/health")).json() == {"status": "ok"}
    assert "Blog" in (await client.get("/docs")).text


async def test_a_user_is_created_read_changed_listed_and_deleted(client: AsyncClient) -> None:
    created = await client.post("/users", json=ADA)
    assert created.status_code == 201
    user = f"/users/{created.json()['id']}"
    assert (await client.get(user)).json() == created.json() | {"roles": []}
    changed = await client.put(user, json=ADA | {"name": "Augusta"})
    assert changed.json()["name"] == "Augusta"
    page = (await client.get("/users")).json()
    assert [item["name"] for item in page["items"]] == ["Augusta"]
    assert (page["total"], page["last_page"], page["has_more"]) == (1, 1, False)
    assert (await client.delete(user)).status_code == 204
    assert (await client.get(user)).status_code == 404


async def test_a_post_is_created_read_changed_listed_and_deleted(client: AsyncClient) -> None:
    author = (await client.post("/users", json=ADA)).json()
    text = {"title": "Hello", "body": "World", "author_id": author["id"]}
    created = (await client.post("/posts", json=text)).json()
    post = f"/posts/{created['id']}"
    shown = (await client.get(post)).json()
    assert (shown["author"]["name"], shown["comments"]) == ("Ada Lovelace", [])
    changed = (await client.put(post, json=text | {"title": "Goodbye"})).json()
    assert changed["title"] == "Goodbye"
    assert changed["updated_at"] > created["updated_at"]
    assert [item["title"] for item in (await client.get("/posts")).json()["items"]] == ["Goodbye"]
    assert (await client.delete(post)).status_code == 204
    assert (await client.get("/posts")).json()["items"] == []


async def test_a_comment_is_created_read_changed_listed_and_deleted(
    client: AsyncClient, session: AsyncSession
) -> None:
    post, other = await write_posts(session, 2)
    remark = {"body": "Well said", "author_id": post.author.id, "post_id": post.id}
    created = (await client.post("/comments", json=remark)).json()
    comment = f"/comments/{created['id']}"
    assert (await client.get(comment)).json()["author"]["name"] == post.author.name
    changed = await client.patch(comment, json={"body": "Badly said"})
    assert changed.json()["body"] == "Badly said"
    listed = (await client.get("/comments", params={"post_id": post.id})).json()
    assert [item["body"] for item in listed["items"]] == ["…", "Badly said"]
    assert (await client.get("/comments")).json()["total"] == 3
    assert (await client.get("/comments", params={"post_id": other.id})).json()["total"] == 1
    assert (await client.delete(comment)).status_code == 204
    assert (await client.get("/comments")).json()["total"] == 2


@pytest.mark.parametrize("number", [1, 19])
async def test_listing_posts_takes_the_same_queries_however_many_there_are(
    client: AsyncClient, session: AsyncSession, number: int
) -> None:
    await write_posts(session, number, comments=3)
    with assert_queries(4):  # posts, authors, comments, and their authors
        page = (await client.get("/posts")).json()
    assert [len(item["comments"]) for item in page["items"]] == [3] * number


async def test_posts_are_read_page_by_page_forth_and_back(
    client: AsyncClient, session: AsyncSession
) -> None:
    await write_posts(session, 5)
    pages = [(await client.get("/posts", params={"per_page": 2})).json()]
    while cursor := pages[-1]["next_cursor"]:
        pages.append((await client.get("/posts", params={"per_page": 2, "cursor": cursor})).json())
    ids = [[item["id"] for item in page["items"]] for page in pages]
    assert ids == [[5, 4], [3, 2], [1]]
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


async def test_users_and_roles_find_each_other(client: AsyncClient, session: AsyncSession) -> None:
    editor = Role(name="editor")
    ada = User(**ADA, roles=[editor, Role(name="author")])
    session.add_all([ada, User(name="Bo", email="bo@example.com", roles=[editor])])
    await session.commit()
    shown = (await client.get(f"/users/{ada.id}")).json()
    assert {role["name"] for role in shown["roles"]} == {"editor", "author"}
    assert (await client.delete(f"/users/{ada.id}")).status_code == 204

    class RoleRepository(BaseRepository[Role]): ...

    session.expunge_all()
    roles = await RoleRepository(session).query().with_(Role.users).order_by(Role.name).get()
    assert [[user.name for user in role.users] for role in roles] == [[], ["Bo"]]


async def test_deleting_a_post_removes_its_comments_and_no_others(
    client: AsyncClient, session: AsyncSession
) -> None:
    doomed, kept = await write_posts(session, 2, comments=100)
    assert (await client.delete(f"/posts/{doomed.id}")).status_code == 204
    page = (await client.get("/comments", params={"per_page": 100})).json()
    assert {item["post_id"] for item in page["items"]} == {kept.id}
    assert page["total"] == 100


async def test_a_restored_post_has_the_comments_that_were_deleted_with_it(
    client: AsyncClient, session: AsyncSession
) -> None:
    [post] = await write_posts(session, 1, comments=3)
    path, first = f"/posts/{post.id}", post.comments[0]
    assert (await client.delete(f"/comments/{first.id}")).status_code == 204
    assert (await client.delete(path)).status_code == 204
    assert (await client.get(path)).status_code == 404
    restored = await client.post(f"{path}/restore")
    assert (restored.status_code, restored.json()["title"]) == (200, post.title)
    assert len((await client.get(path)).json()["comments"]) == 2
    assert (await client.post(f"{path}/restore")).status_code == 404


@pytest.mark.parametrize("method", ["GET", "change", "DELETE"])
@pytest.mark.parametrize(
    ("kind", "change", "body"),
    [
        ("User", "PUT", ADA),
        ("Post", "PUT", {"title": "Hello", "body": "World", "author_id": 1}),
        ("Comment", "PATCH", {"body": "Hm"}),
    ],
)
async def test_a_missing_record_is_a_problem(
    client: AsyncClient, method: str, kind: str, change: str, body: object
) -> None:
    method = change if method == "change" else method
    answer = await client.request(method, f"/{kind.lower()}s/999", json=body)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "/problems/not-found",
        "title": "Not Found",
        "status": 404,
        "detail": f"{kind} not found",
    }


async def test_what_refers_to_a_missing_record_is_a_problem(client: AsyncClient) -> None:
    author = (await client.post("/users", json=ADA)).json()["id"]
    post = {"title": "Hello", "body": "World", "author_id": author + 1}
    assert (await client.post("/posts", json=post)).json()["detail"] == "User not found"
    comment = {"body": "Hm", "author_id": author, "post_id": 999}
    assert (await client.post("/comments", json=comment)).json()["detail"] == "Post not found"


async def test_an_address_belongs_to_one_user(client: AsyncClient) -> None:
    await client.post("/users", json=ADA)
    bo = (await client.post("/users", json={"name": "Bo", "email": "bo@example.com"})).json()
    for answer in (
        await client.post("/users", json=ADA | {"name": "Bo"}),
        await client.put(f"/users/{bo['id']}", json=ADA),
    ):
        assert answer.json() == {
            "type": "/problems/duplicate",
            "title": "Conflict",
            "status": 409,
            "detail": "Another record already has the same email",
            "columns": ["email"],
        }
    assert (await client.get("/users")).json()["total"] == 2


@pytest.mark.parametrize(
    ("method", "path", "body", "pointers"),
    [
        ("POST", "/users", {"name": "", "email": "nowhere"}, ["/name", "/email"]),
        ("POST", "/posts", {"title": "Hello"}, ["/body", "/author_id"]),
        ("GET", "/users?page=0&per_page=101", None, ["/page", "/per_page"]),
        ("GET", "/posts?per_page=0", None, ["/per_page"]),
        ("GET", "/users/first", None, ["/user_id"]),
        ("GET", f"/users/{2**31}", None, ["/user_id"]),
        ("GET", f"/users?page={2**63}", None, ["/page"]),
        ("GET", f"/comments?post_id={2**31}", None, ["/post_id"]),
        ("POST", "/users", ADA | {"name": "A\0da"}, ["/name"]),
    ],
)
async def test_bad_input_is_a_problem_that_names_the_fields(
    client: AsyncClient, method: str, path: str, body: object, pointers: list[str]
) -> None:
    answer = await client.request(method, path, json=body)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == pointers


async def test_a_command_counts_what_is_stored(cli: CommandLine, session: AsyncSession) -> None:
    await write_posts(session, 2)
    result = await cli("--json", "report", "--days", "3")
    assert (result.exit_code, result.stderr) == (0, "")
    assert (result.json["users"], result.json["posts"], result.json["new posts"]) == (4, 2, 2)


async def test_the_project_of_the_blog_passes_its_checks(cli: CommandLine) -> None:
    for words in (["container", "validate"], ["db", "status"], ["routes"]):
        result = await cli(*words)
        assert result.exit_code == 0, result.stderr


async def test_the_seeder_fills_an_empty_blog_once(
    client: AsyncClient, session: AsyncSession
) -> None:
    await assert_idempotent(BlogSeeder, session)
    assert (await client.get("/users")).json()["total"] == USERS
    assert await PostRepository(session).count() == 120
    assert (await client.get("/comments")).json()["total"] == COMMENTS
    newest = (await client.get("/posts", params={"per_page": 1})).json()["items"][0]
    assert all(comment["created_at"] >= newest["created_at"] for comment in newest["comments"])


async def test_the_author_of_a_post_gets_a_mail_about_a_comment(
    client: AsyncClient, session: AsyncSession, jobs: JobTester, override: Override
) -> None:
    sent: list[str] = []

    class Outbox(Mailer):
        async def send(self, to: str, subject: str, text: str) -> None:
            if not sent:
                sent.append("no server")
                raise ConnectionError("no server")
            sent.append(f"{to}: {subject}: {text}")

    override(Mailer, Outbox())
    (post,) = await write_posts(session, 1)
    reader = post.comments[0].author
    for author in (reader.id, post.author_id):  # nobody gets a mail about a remark of their own
        remark = {"body": "Well said.", "author_id": author, "post_id": post.id}
        assert (await client.post("/comments", json=remark)).status_code == 201
    report = await jobs.run()
    assert (len(report.done), report.failed) == (2, [])
    assert sent == ["no server", f"{post.author.email}: {reader.name} on {post.title}: Well said."]


async def test_a_comment_that_is_refused_leads_to_no_mail(
    client: AsyncClient, session: AsyncSession, jobs: JobTester
) -> None:
    queued = jobs.fake()
    (post,) = await write_posts(session, 1)
    remark = {"body": "Well said.", "author_id": 99, "post_id": post.id}
    assert (await client.post("/comments", json=remark)).status_code == 404
    queued.assert_nothing_enqueued()
    assert (await client.post("/comments", json=remark | {"author_id": 1})).status_code == 201
    queued.assert_queued(MailAuthor, times=1)


async def test_old_deleted_posts_are_pruned_at_night(
    container: Container, session: AsyncSession, jobs: JobTester
) -> None:
    assert jobs.due_at(datetime(2026, 3, 29, 3, tzinfo=UTC)) == [PrunePosts()]
    kept, recent, old = await write_posts(session, 3)
    recent.deleted_at = datetime.now(UTC) - timedelta(days=29)
    old.deleted_at = datetime.now(UTC) - timedelta(days=31)
    await session.commit()
    async with container.scoped_context() as scope:
        await (await scope.aresolve(Jobs)).enqueue(PrunePosts())
    assert (await jobs.run()).done == [PrunePosts()]
    left = await PostRepository(session).query().with_trashed().order_by_key().pluck(Post.id)
    assert left == [kept.id, recent.id]
