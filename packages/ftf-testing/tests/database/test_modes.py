"""The fixtures work in every mode in which tests are run."""

import pytest

SCOPES = ("function", "class", "module", "package", "session")
TESTS = """
class TestAll:
    @twice
    async def test_rolled_back(self, db_session, turn):
        assert await count(db_session) == 0
        db_session.add(User(email="ada@example.com"))
        await db_session.commit()

    @twice
    async def test_committing(self, committing_db, turn):
        async with committing_db.begin() as session:
            assert await count(session) == 0
            session.add(User(email="ada@example.com"))
"""
SYNC = """
@twice
def test_rolled_back(db_session, turn):
    assert db_session.query(User).count() == 0
    db_session.add(User(email="ada@example.com"))
    db_session.commit()

@twice
def test_committing(committing_db, turn):
    with committing_db.begin() as session:
        assert session.query(User).count() == 0
        session.add(User(email="ada@example.com"))
"""


def without_asyncio(project: pytest.Pytester) -> None:
    """Leave the settings of pytest-asyncio out."""
    lines = project.path.joinpath("tox.ini").read_text().splitlines()
    project.makeini("\n".join(line for line in lines if "asyncio" not in line))


@pytest.mark.parametrize("scope", SCOPES)
def test_edge_52_loops_of_each_scope(run, scope):
    options = (f"asyncio_default_{of}_loop_scope={scope}" for of in ("test", "fixture"))
    arguments = [part for option in options for part in ("-o", option)]
    run(TESTS, *arguments).assert_outcomes(passed=4)


def test_edge_52_loops_of_all_scopes_in_turn(run):
    tests = [
        f"""
    @pytest.mark.asyncio(loop_scope="{scope}")
    async def test_{scope}_{turn}(self, db_session):
        assert await count(db_session) == 0
        db_session.add(User(email="ada@example.com"))
        await db_session.commit()
        """
        for turn in (1, 2)
        for scope in SCOPES
    ]
    run("class TestAll:" + "".join(tests)).assert_outcomes(passed=10)


def test_edge_52_a_module_loop_ends_while_the_session_loop_is_in_use(run, project):
    project.makepyfile(
        test_0="""
        import pytest
        pytestmark = pytest.mark.asyncio(loop_scope="module")
        async def test_one(db_session): ...
        """
    )
    run(TESTS, "-o", "asyncio_default_test_loop_scope=session").assert_outcomes(passed=5)


def test_edge_52_strict_mode_needs_no_more_than_the_marker(run):
    code = f"pytestmark = pytest.mark.asyncio\n{TESTS}"
    run(code, "--asyncio-mode=strict").assert_outcomes(passed=4)


def test_edge_52_the_plugin_of_anyio(run, project):
    project.makeconftest(
        """
        import pytest

        @pytest.fixture
        def anyio_backend():
            return "asyncio"
        """
    )
    code = f"pytestmark = pytest.mark.anyio\n{TESTS}"
    run(code, "--asyncio-mode=strict").assert_outcomes(passed=4)
    without_asyncio(project)
    run(code, "-p", "no:asyncio").assert_outcomes(passed=4)


@pytest.mark.parametrize("arguments", [["-W", "ignore"], ["-p", "no:asyncio"]])
def test_edge_52_tests_that_are_not_async(run, project, arguments):
    """They can use what an async engine committed, and run an application of their own with it."""
    without_asyncio(project)
    run(
        """
        @twice
        def test_committing(committing_db, db_engine, turn):
            import asyncio
            from sqlalchemy import NullPool
            from sqlalchemy.ext.asyncio import create_async_engine

            async def application():
                engine = create_async_engine(db_engine.url, poolclass=NullPool)
                async with engine.begin() as connection:
                    assert await connection.scalar(text("SELECT count(*) FROM users")) == 0
                    await connection.execute(text("INSERT INTO users (email) VALUES ('a')"))

            asyncio.run(application(), loop_factory=asyncio.new_event_loop)
        """,
        *arguments,
    ).assert_outcomes(passed=2)


@pytest.mark.parametrize("arguments", [["-W", "ignore"], ["-p", "no:asyncio"]])
def test_engines_that_are_not_async(project, arguments):
    without_asyncio(project)
    project.makepyfile(f"from help import *\n{SYNC}")
    arguments = [*arguments, "--ftf-db-url=sqlite+pysqlite"]
    project.runpytest_inprocess(*arguments).assert_outcomes(passed=4)


def test_the_loop_of_a_fixture_may_be_that_of_its_scope(project):
    pytest.importorskip("pytest_asyncio", minversion="1.5")
    project.makepyfile("def test_sync(db_engine): ...\nasync def test_async(db_engine): ...")
    loops = ["-o", "asyncio_default_fixture_loop_scope=fixture-scope"]
    project.runpytest_inprocess("--ftf-db-url=sqlite", *loops).assert_outcomes(passed=2)


def test_a_connection_that_is_not_async_is_closed_for_who_forgets_it(project):
    project.makepyfile(
        "def test_fault(db_engine): db_engine.connect()\ndef test_clean(db_engine): ..."
    )
    result = project.runpytest_inprocess("--ftf-db-url=sqlite+pysqlite")
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(["a connection is still open: *py:1 in test_fault"])


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_edge_52_random_order(run, seed):
    arguments = ["--random-order-bucket=global", f"--random-order-seed={seed}"]
    run(TESTS, *arguments).assert_outcomes(passed=4)
