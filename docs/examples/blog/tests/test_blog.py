"""The blog as a whole, on SQLite and PostgreSQL."""

from datetime import UTC, datetime, timedelta

from httpx import AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession

from blog.app import create_app
from blog.factories import write_posts
from blog.jobs import PruneLogins, PrunePosts
from blog.models import Comment, Post
from blog.repositories import PostRepository
from blog.seed import ACCOUNTS, COMMENTS, PASSWORD, USERS, AccountSeeder, BlogSeeder
from ftf.container import Container
from ftf.container.jobs import Jobs
from ftf.testing import CommandLine, JobTester, assert_count, assert_idempotent


async def test_the_blog_says_welcome_and_that_it_is_well(client: AsyncClient) -> None:
    answer = await client.get("/")
    assert answer.json() == {"message": "Welcome to Fast Track Framework! 🚀"}
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert answer.headers["ratelimit-policy"] == '"everyone";q=600;w=60'
    assert (await client.get("/health")).json() == {"status": "ok"}
    assert "Blog" in (await client.get("/docs")).text


def test_what_everyone_may_call_is_listed() -> None:
    routes = [str(route) for route in create_app().open_routes()]
    documentation = tuple(f"GET,HEAD /{page}" for page in ("docs", "openapi.json", "redoc"))
    assert {route for route in routes if not route.startswith(documentation)} == {
        "GET /",
        "GET /posts",
        "GET /posts/{id}",
        "GET /posts/{post}/comments",
        "GET /posts/{post}/comments/{id}",
        "GET /users",
        "GET /users/{user}",
        *(f"POST /auth/{path}" for path in ("login", "token", "revoke", "register")),
        *(f"POST /auth/{path}" for path in ("forgot-password", "reset-password", "verify-email")),
    }


async def test_a_command_counts_what_is_stored(cli: CommandLine, session: AsyncSession) -> None:
    await write_posts(session, 2)
    result = await cli("--json", "report", "--days", "3")
    assert (result.exit_code, result.stderr) == (0, "")
    assert (result.json["users"], result.json["posts"], result.json["new posts"]) == (4, 2, 2)


async def test_the_project_of_the_blog_passes_its_checks(cli: CommandLine) -> None:
    for words in (["container", "validate"], ["db", "status"], ["routes"]):
        result = await cli(*words)
        assert result.exit_code == 0, result.stderr


async def test_the_seeders_fill_an_empty_blog_once(
    client: AsyncClient, session: AsyncSession
) -> None:
    await assert_idempotent(BlogSeeder, session)
    await assert_idempotent(AccountSeeder, session)
    assert (await client.get("/users")).json()["total"] == USERS + len(ACCOUNTS)
    await assert_count(session, Post, 120)
    await assert_count(session, Comment, COMMENTS)
    (newest,) = (await client.get("/posts?per_page=1&include=comments")).json()["items"]
    assert all(comment["created_at"] >= newest["created_at"] for comment in newest["comments"])
    for name in ACCOUNTS:
        account = {"email": f"{name}@example.com", "password": PASSWORD}
        assert (await client.post("/auth/login", json=account)).status_code == 200


async def test_old_deleted_posts_are_pruned_at_night(
    container: Container, session: AsyncSession, jobs: JobTester
) -> None:
    assert jobs.due_at(datetime(2026, 3, 29, 3, tzinfo=UTC)) == [PruneLogins(), PrunePosts()]
    kept, recent, old = await write_posts(session, 3)
    recent.deleted_at = datetime.now(UTC) - timedelta(days=29)
    old.deleted_at = datetime.now(UTC) - timedelta(days=31)
    await session.commit()
    async with container.scoped_context() as scope:
        for job in (PruneLogins(), PrunePosts()):
            await (await scope.aresolve(Jobs)).enqueue(job)
    assert (await jobs.run()).done == [PruneLogins(), PrunePosts()]
    left = await PostRepository(session).query().with_trashed().order_by_key().pluck(Post.id)
    assert left == [kept.id, recent.id]
