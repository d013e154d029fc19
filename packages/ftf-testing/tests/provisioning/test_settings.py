"""Where the database and its tables are set, and what is said if they are not."""

import gc
import sys
import warnings

import pytest

WHERE = """
async def test_where(db_engine):
    print(db_engine.url)
"""


@pytest.fixture
def told(project):
    """Run a test that prints its database."""

    def run(*arguments: str) -> pytest.RunResult:
        project.makepyfile(WHERE)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()  # engines that the projects of other tests have left, in this process
        return project.runpytest_inprocess("-s", *arguments)

    return run


def test_the_command_line_goes_before_the_environment_and_that_before_the_ini(told, monkeypatch):
    ini = ("-o", "ftf_db_url=sqlite:///ini.db")
    told(*ini).stdout.fnmatch_lines(["*sqlite+aiosqlite:///test_ini.db"])
    monkeypatch.setenv("FTF_DB_URL", "sqlite:///env.db")
    told(*ini).stdout.fnmatch_lines(["*sqlite+aiosqlite:///test_env.db"])
    result = told(*ini, "--ftf-db-url=sqlite:///cli.db")
    result.stdout.fnmatch_lines(["*sqlite+aiosqlite:///test_cli.db"])


def test_nothing_is_left_of_a_file_and_the_named_one_is_not_touched(told, project):
    told("--ftf-db-url=sqlite:///app.db").assert_outcomes(passed=1)
    assert not list(project.path.glob("*.db*"))


def test_nothing_is_left_on_a_server(told, postgres_url, database_names):
    before = database_names()
    result = told(f"--ftf-db-url={postgres_url}")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*/test_*postgres?*"])
    assert database_names() == before


@pytest.mark.parametrize("url", ["sqlite", "sqlite://", "sqlite+aiosqlite:///:memory:"])
def test_a_database_in_memory_becomes_a_file_that_connections_share(told, url):
    result = told(f"--ftf-db-url={url}")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*sqlite+aiosqlite:////*/test_ftf.db"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "no database is set for tests: set --ftf-db-url, FTF_DB_URL or the ini*"),
        (
            ["--ftf-db-url=mysql://db/app"],
            "*mysql://db/app is not PostgreSQL or SQLite: set it to a URL of *",
        ),
        (["--ftf-db-url=my sql"], "the test database 'my sql': *. set it to a URL of *"),
        (["--ftf-db-url=sqlite+nope"], "the test database 'sqlite+nope': Can't load plugin: *"),
        (
            ["--ftf-db-url=sqlite+pysqlcipher"],
            "the test *: No module named 'pysqlcipher3'. set it *",
        ),
        (
            ["--ftf-db-url=sqlite:///no/app.db"],
            "the test *no/test_app.db: the folder no does not exist",
        ),
        (
            ["--ftf-db-url=sqlite:///file:app.db?uri=true"],
            "*app.db* is a URI, not a path: set it to*",
        ),
        (
            ["--ftf-db-url=postgresql://me:key@localhost:1/app"],
            "the * postgresql+asyncpg://me:[*][*][*]@localhost:1/app does not answer: *Error: *",
        ),
        (["-o", "ftf_metadata="], "the tables of the test database are unknown: set *"),
        (
            ["-o", "ftf_metadata=models"],
            "ftf_metadata = models: it does not name a module and an object. *",
        ),
        (
            ["-o", "ftf_metadata=missing:Base"],
            "*= missing:Base: No module named 'missing' (see `pythonpath`). *",
        ),
        (
            ["-o", "ftf_metadata=models:Missing"],
            "*= models:Missing: module 'models' has no attribute 'Missing'. *",
        ),
        (["-o", "ftf_metadata=models:mapped_column"], "*which is neither a declarative base*"),
        (["-o", "ftf_alembic=missing.ini"], "ftf_alembic = 'missing.ini' is not a file in *"),
    ],
)
def test_bad_settings_are_told(told, arguments, message):
    if arguments[:1] == ["-o"]:
        arguments = [*arguments, "--ftf-db-url=sqlite"]
    result = told(*arguments)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*ERROR at setup of test_where*", message])
    result.stdout.no_fnmatch_line("*another exception*")


@pytest.mark.parametrize(
    ("server", "message"),
    [
        ("postgresql://me:key@localhost:1/app", "the * *@localhost:1/app does not answer: *Error*"),
        ("localhost", "FTF_TEST_POSTGRES_URL: Could not parse*"),
    ],
)
def test_a_bad_server_in_the_environment_is_told(told, monkeypatch, server, message):
    monkeypatch.setenv("FTF_TEST_POSTGRES_URL", server)
    result = told("--ftf-db-url=postgresql")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([message])
    result.stdout.no_fnmatch_line("*another exception*")


def test_a_metadata_is_as_good_as_a_base(told):
    result = told("--ftf-db-url=sqlite", "-o", "ftf_metadata=models:Base.metadata")
    result.assert_outcomes(passed=1)


def test_models_without_tables_are_no_problem(project, run):
    project.makepyfile(empty="from sqlalchemy import MetaData\nmetadata = MetaData()")
    result = run("async def test_empty(committing_db): ...", "-o", "ftf_metadata=empty:metadata")
    result.assert_outcomes(passed=1)


def test_without_ftf_orm_the_engine_is_sqlalchemys(run, monkeypatch):
    monkeypatch.setitem(sys.modules, "ftf.orm", None)
    run(
        """
        from sqlalchemy.exc import IntegrityError

        async def test_foreign_keys(db_session):
            db_session.add(Post(title="of nobody", author_id=-1))
            with pytest.raises(IntegrityError):
                await db_session.commit()
        """
    ).assert_outcomes(passed=1)


def test_without_sqlalchemy_nobody_is_kept_off(project, monkeypatch):
    monkeypatch.setitem(sys.modules, "sqlalchemy", None)
    project.makepyfile("def test_nothing(): ...")
    project.runpytest_inprocess("--ftf-db-url=sqlite").assert_outcomes(passed=1)


def test_alembic_is_needed_for_migrations_only(told, monkeypatch):
    monkeypatch.setitem(sys.modules, "alembic", None)
    for loaded in ("_alembic", "_schema"):
        monkeypatch.delitem(sys.modules, f"ftf.testing.{loaded}", raising=False)
    told("--ftf-db-url=sqlite").assert_outcomes(passed=1)
    result = told("--ftf-db-url=sqlite", "-o", "ftf_alembic=alembic.ini")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*ftf_alembic = 'alembic.ini' needs Alembic: pip install alembic"])
