"""The faults that the plugin is there to catch: each fails with what to do, a clean twin passes."""

import pytest

BEGIN = """
import pytest
from factories import PostFactory
from models import Firm, Post
from shop import CLOCK
from sqlalchemy.ext.asyncio import AsyncSession

@pytest.fixture
async def posts(factory):
    return await factory(PostFactory).create_many(3)

class Stopped:
    now = "noon"
"""
REQUEST = """
async def test_fault(posts, client):
    assert (await client.get("{path}", params={{"eager": False}})).status_code == 200

async def test_clean(posts, client):
    assert (await client.get("{path}", params={{"eager": True}})).status_code == 200
    assert (await client.get("{path}", params={{"eager": True}})).status_code == 200
"""
LEAKED_COMMIT = """
async def test_fault(db_engine, db_session):
    async with AsyncSession(db_engine) as session:
        session.add(Firm(name="Analytical"))
        await session.commit()

async def test_clean(db_sessions):
    async with db_sessions() as session:
        session.add(Firm(name="Analytical"))
        await session.commit()
"""
UNCLOSED_SCOPE = """
async def test_fault(container, db_session):
    scope = container.scoped_context()
    (await scope.aresolve(AsyncSession)).add(Firm(name="Analytical"))

async def test_clean(container, db_session):
    async with container.scoped_context() as scope:
        (await scope.aresolve(AsyncSession)).add(Firm(name="Analytical"))
"""
OVERRIDDEN_SERVICE = """
async def test_fault(container):
    container.override(CLOCK, Stopped)

async def test_clean(container, override):
    override(CLOCK, Stopped)
"""
OVERRIDDEN_FUNCTION = """
async def test_fault(client, app):
    app.dependency_overrides[CLOCK] = Stopped

async def test_clean(client, override):
    override(CLOCK, Stopped)
"""


@pytest.mark.parametrize(
    ("path", "told"),
    [
        (
            "/serialized",
            [
                "*3 x SELECT authors.id, *",
                "*queries 2, 3, 4, at routes.py:* in serialize*, through pydantic/*",
                "*lazy load of Post.author: load it eagerly with *Post.author)",
            ],
        ),
        (
            "/rendered",
            [
                "*3 x SELECT authors.id, *",
                "*queries 2, 3, 4, at templates?posts.txt:2 in *",
                "*lazy load of Post.author: load it eagerly with *Post.author)",
            ],
        ),
        (
            "/nested",
            [
                "*3 x SELECT firms.id, *",
                "*queries 3, 4, 5, at routes.py:* in firms",
                "*lazy load of Author.firm: load it eagerly with *firm*)",
            ],
        ),
        (
            "/looped",
            [
                "*3 x SELECT authors.name FROM authors WHERE authors.id = ?",
                "*queries 2, 3, 4, at routes.py:* in add_routes.<locals>.looped",
                "*Load the records in one query, such as where(column.in_(values))",
            ],
        ),
    ],
)
def test_an_n_plus_one(project, database, path, told):
    project.makepyfile(test_shop=f"{BEGIN}{REQUEST.format(path=path)}")
    result = project.runpytest_inprocess(f"--ftf-db-url={database}")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["N+1: the number of queries grows with *", *told])
    result.stdout.no_fnmatch_line("*During handling of the above*")


def test_a_leaked_commit(project, database):
    project.makepyfile(test_shop=f"{BEGIN}{LEAKED_COMMIT}")
    result = project.runpytest_inprocess(f"--ftf-db-url={database}")
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(
        [
            "The test did not leave all as it was:",
            "there are +1 rows in firms",
            "committed: test_shop.py:* in test_fault",
            "*or committing_db if the test has to commit",
        ]
    )


def test_an_unclosed_scope(make, database):
    project = make("framework")
    project.makepyfile(test_shop=f"{BEGIN}{UNCLOSED_SCOPE}")
    result = project.runpytest_inprocess(f"--ftf-db-url={database}")
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(
        [
            "The test did not leave all as it was:",
            "a scope, opened at test_shop.py:* in test_fault",
            "End it by `with` or `async with`*",
        ]
    )


@pytest.mark.parametrize(
    ("kind", "code", "told"),
    [
        ("framework", OVERRIDDEN_SERVICE, "the override of Clock, begun at test_shop.py:*_fault"),
        ("plain", OVERRIDDEN_FUNCTION, "app.dependency_overrides?get_clock (*)? = Stopped"),
    ],
)
def test_a_forgotten_override(make, kind, code, told):
    project = make(kind)
    project.makepyfile(test_shop=f"{BEGIN}{code}")
    result = project.runpytest_inprocess("--ftf-db-url=sqlite")
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(["The test did not leave all as it was:", told])
