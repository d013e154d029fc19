"""With N+1s looked for in each test, loops of the tests themselves are none."""

import sys

import pytest

LOOPS = """
    from tests.factories import helper

    @pytest.fixture
    def words(session):
        return lambda: [session.execute(text("SELECT 1")) for _ in range(3)]

    def test_own_loop(session):
        for number in range(3):
            session.execute(text("SELECT word FROM words WHERE id = :id"), {"id": number})

    def test_comprehension(session):
        assert len([session.execute(text("SELECT 1")) for _ in range(3)]) == 3

    def test_fixture(words):
        words()

    def test_helper(session):
        helper(session)

    def test_calls_of_the_application(session):
        for _ in range(3):
            ask(session, 1)

    async def test_async_calls(session):
        async def later():
            ask(session, 1)
        for _ in range(3):
            await later()

    def test_fault(session):
        ask(session, 1)
        ask(session, 3)
"""
HELPER = """
from sqlalchemy import text

def helper(session):
    for _ in range(3):
        session.execute(text("SELECT 1"))
"""
APP = """
import pytest
from httpx import ASGITransport, AsyncClient
from ftf.testing import StreamingTransport

@pytest.mark.parametrize("number", [1, 3])
async def test_request(session, number):
    async def app(scope, receive, send):
        async def ask_here():
            for _ in range(number):
                session.execute(text("SELECT 1"))
        await ask_here()
        await send({"type": "http.response.start", "status": 204})
        await send({"type": "http.response.body"})

    async with AsyncClient(transport=StreamingTransport(app), base_url="http://test") as client:
        for _ in range(2):
            await client.get("/")
"""
FAIL = "ftf_n_plus_one = fail"


@pytest.fixture
def with_helper(pytester, project):
    """Run tests of a project that has a folder for what its tests share."""
    pytester.mkpydir("tests").joinpath("factories.py").write_text(HELPER)
    return project


def test_loops_of_tests_and_of_what_they_share_are_none(with_helper):
    result = with_helper(LOOPS, settings=FAIL)
    result.assert_outcomes(passed=6, failed=1)
    result.stdout.fnmatch_lines(["*test_fault*", "  3 x SELECT word*", "      queries 2, 3, 4,*"])


def test_what_a_request_runs_is_the_application_wherever_it_is_written(project):
    project(APP, settings=FAIL).assert_outcomes(passed=1, failed=1)


def test_where_calls_cannot_be_told_apart_loops_of_the_test_in_its_own_lines_are_none(
    with_helper, monkeypatch
):
    monkeypatch.setattr(sys.monitoring, "get_tool", lambda _: "another tool")
    with_helper(LOOPS, settings=FAIL).assert_outcomes(passed=4, failed=3)


def test_the_queries_at_fault_are_listed_with_their_neighbours(project):
    result = project(
        """
        def test_fault(session):
            for number in range(200):
                session.execute(text(f"SELECT {number} AS one"))
            ask(session, 2)
            session.execute(text("SELECT 'after'"))
            session.execute(text("SELECT 'last'"))
        """,
        settings=FAIL,
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "204 ran, in *",
            "     ... and 199 more",
            "200. SELECT 199 AS one",
            "201. SELECT word FROM words*",
            "202. SELECT word FROM words*",
            "203. SELECT 'after'",
            "     ... and 1 more",
        ]
    )
    result.stdout.no_fnmatch_line("*SELECT 198 *")
