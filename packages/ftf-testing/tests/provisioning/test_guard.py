"""A test that does not ask for a database is kept off all of them."""

import pytest

CONNECT = """
from sqlalchemy.ext.asyncio import create_async_engine

engine = create_async_engine("sqlite+aiosqlite:///theirs.db")

async def connect():
    async with engine.connect() as connection:
        return await connection.scalar(text("SELECT 1"))
"""
REFUSAL = "*.py:* in connect connects to theirs.db, and the test does not ask for *: *db_session*"
OTHER = "*.py:* in connect connects to theirs.db, which is not the test database: override *"


@pytest.fixture
def guarded(project):
    """Run tests of a project that has set a database."""

    def run(code: str, *arguments: str) -> pytest.RunResult:
        project.makepyfile(f"from help import *\n{CONNECT}{code}")
        return project.runpytest_inprocess("--ftf-db-url=sqlite", *arguments)

    return run


def test_a_test_that_does_not_ask_fails_with_the_name_of_the_fixture(guarded):
    result = guarded(
        """
async def test_fault():
    await connect()

async def test_clean(db_session):
    assert await count(db_session) == 0
"""
    )
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines([REFUSAL])


def test_connections_in_a_pool_are_refused_as_well(guarded):
    result = guarded(
        """
@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.database("own")
async def test_fills_the_pool():
    await connect()

@pytest.mark.asyncio(loop_scope="module")
async def test_fault():
    await connect()

@pytest.mark.asyncio(loop_scope="module")
async def test_empties_the_pool():
    assert engine.pool.checkedout() == 0
    await engine.dispose()
"""
    )
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines([REFUSAL])


def test_an_application_that_swallows_the_error_does_not_hide_it(guarded):
    result = guarded(
        """
async def status():
    try:
        await connect()
    except Exception:
        return 500
    return 200

async def test_swallowed():
    await status()

async def test_told_with_what_followed():
    assert await status() == 200
"""
    )
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines([f"E *DatabaseAccessError: {REFUSAL}", f"E *{REFUSAL}"])


def test_fixtures_are_kept_off_too(guarded):
    result = guarded(
        """
@pytest.fixture
async def connected():
    await connect()

async def test_fault(connected): ...

async def test_fault_of_the_test_database(db_session, connected): ...

@pytest.mark.database("own")
async def test_clean(connected):
    await engine.dispose()
"""
    )
    result.assert_outcomes(passed=1, errors=2)
    result.stdout.fnmatch_lines([REFUSAL, OTHER])


def test_a_database_in_memory_and_one_of_the_tests_own_are_allowed(guarded):
    guarded(
        """
async def test_in_memory():
    from sqlalchemy import StaticPool
    for path in ("", "/file:x?mode=memory&uri=true", "/file::memory:?cache=shared&uri=true"):
        theirs = create_async_engine(f"sqlite+aiosqlite://{path}", poolclass=StaticPool)
        async with theirs.connect(): ...
        await theirs.dispose()

@pytest.mark.database("own")
async def test_own():
    assert await connect() == 1
    await engine.dispose()
"""
    ).assert_outcomes(passed=2)


def test_a_fixture_asked_for_during_the_test_is_asked_for(guarded):
    result = guarded(
        """
@pytest.fixture
def maybe(request):
    return request.getfixturevalue("db_session")

async def test_maybe(maybe):
    assert await count(maybe) == 0

async def test_fault(maybe):
    await connect()
"""
    )
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines([OTHER])


def test_without_a_database_to_test_nobody_is_kept_off(project):
    project.makepyfile(
        f"""from help import *
{CONNECT}
async def test_free():
    assert await connect() == 1
    await engine.dispose()
"""
    )
    project.runpytest_inprocess().assert_outcomes(passed=1)


def test_the_marker_chooses_the_fixture(guarded):
    guarded(
        """
@pytest.mark.database
def test_default(request):
    assert "db_session" in request.fixturenames

@pytest.mark.database(mode="committing")
def test_committing(request):
    assert "committing_db" in request.fixturenames and "db_session" not in request.fixturenames
"""
    ).assert_outcomes(passed=2)


def test_the_marker_refuses_an_unknown_mode(guarded):
    result = guarded('@pytest.mark.database("clone")\ndef test_fault(): ...')
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        ["*mode of the marker database is rollback, committing, own*'clone'"]
    )
