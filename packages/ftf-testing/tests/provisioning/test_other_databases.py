"""A test that uses the test database is kept off every other one."""

import pytest

APP = """
from contextlib import asynccontextmanager

from fastapi import Depends, FastAPI
from models import Base, User
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

engine = create_async_engine("sqlite+aiosqlite:///prod.db")

@asynccontextmanager
async def lifespan(app):
    if app.state.creates_tables:
        async with engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)
    yield
    if app.state.counts_at_the_end:
        async with engine.connect() as connection:
            await connection.scalar(select(func.count()).select_from(User))

app = FastAPI(lifespan=lifespan)
app.state.creates_tables = app.state.counts_at_the_end = False

async def get_session():
    async with AsyncSession(engine) as session:
        yield session

@app.post("/users", status_code=201)
async def create(email: str, session=Depends(get_session)):
    session.add(User(email=email))
    await session.commit()

@app.get("/users")
async def listed(session=Depends(get_session)):
    try:
        return (await session.scalars(select(User.email))).all()
    except Exception:
        return []
"""
FORGOTTEN = "*app.py:* connects to prod.db, which is not the test database: override the dep*"
OVERRIDDEN = """
from app import app, get_session

@pytest.fixture(autouse=True)
def session_of_the_test(override, db_sessions):
    async def session():
        async with db_sessions() as session:
            yield session
    override(get_session, session)
"""


@pytest.fixture
def shop(project, run):
    """Run tests of an application on FastAPI that has a database of its own."""
    project.makepyfile(app=APP)

    def run_tests(code: str, *arguments: str) -> pytest.RunResult:
        return run(code, "-o", "ftf_app=app:app", *arguments)

    return run_tests


def test_an_application_whose_sessions_nobody_has_overridden_is_refused(shop, project):
    result = shop(
        """
async def test_fault(client, db_session):
    assert (await client.post("/users?email=ada@example.com")).status_code == 201
"""
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([f"E *DatabaseAccessError: {FORGOTTEN}"])
    assert not (project.path / "prod.db").exists()


def test_an_application_whose_sessions_are_overridden_is_none(shop, project):
    shop(
        OVERRIDDEN
        + """
async def test_clean(client, db_session):
    assert (await client.post("/users?email=ada@example.com")).status_code == 201
    assert (await client.get("/users")).json() == ["ada@example.com"]
    assert await count(db_session) == 1
"""
    ).assert_outcomes(passed=1)
    assert not (project.path / "prod.db").exists()


@pytest.mark.parametrize("raises", [True, False])
def test_an_answer_that_hides_the_refusal_does_not_hide_it_from_the_test(shop, raises):
    result = shop(
        f"""
@pytest.fixture
def raise_app_exceptions():
    return {raises}

async def test_swallowed(client, db_session):
    assert (await client.get("/users")).json() == []

async def test_status_500(client, db_session):
    if not {raises}:
        assert (await client.post("/users?email=ada@example.com")).status_code == 500
    else:
        await client.get("/users")
        assert False
"""
    )
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines([FORGOTTEN, "*test_status_500*", FORGOTTEN], consecutive=False)


@pytest.mark.parametrize("where", ["creates_tables", "counts_at_the_end"])
def test_the_lifespan_of_the_application_is_refused_as_well(shop, project, where):
    result = shop(
        OVERRIDDEN
        + f"""
@pytest.fixture(autouse=True)
def setting(monkeypatch):
    monkeypatch.setattr(app.state, "{where}", True)

async def test_fault(client, db_session):
    await client.get("/users")
"""
    )
    passed = 1 if where == "counts_at_the_end" else 0
    result.assert_outcomes(errors=1, passed=passed)
    result.stdout.fnmatch_lines([FORGOTTEN])
    assert not (project.path / "prod.db").exists()


@pytest.mark.parametrize("fixture", ["db_session", "committing_db", "db_engine", "migrations"])
def test_a_test_that_says_so_may_use_other_databases(shop, project, fixture):
    project.makefile(".ini", alembic="[alembic]\nscript_location = migrations\n")
    project.mkdir("migrations")
    code = f"""
from app import engine

@pytest.mark.database("own")
async def test_clean({fixture}):
    async with engine.connect() as connection:
        assert await connection.scalar(text("SELECT 1")) == 1
    await engine.dispose()

async def test_fault({fixture}):
    async with engine.connect() as connection:
        await connection.scalar(text("SELECT 1"))
"""
    alembic = ("-o", "ftf_alembic=alembic.ini") if fixture == "migrations" else ()
    result = shop(code, *alembic)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*which is not the test database*mark the test *own*"])


def test_other_kinds_of_engines_and_threads_are_refused_as_well(run):
    result = run(
        """
        from asyncio import to_thread
        from sqlalchemy import create_engine
        from sqlalchemy.ext.asyncio import create_async_engine

        def connect(url, **options):
            with create_engine(url, **options).connect() as connection:
                return connection.scalar(text("SELECT 1"))

        def test_sync(db_session):
            connect("sqlite:///prod.db")

        async def test_thread(db_session):
            await to_thread(connect, "sqlite:///file:prod.db?mode=rwc&uri=true")

        async def test_server(db_session):
            async with create_async_engine("postgresql+asyncpg://u:secret@db.shop/shop").connect():
                ...

        async def test_port(db_session):
            async with create_async_engine("postgresql+asyncpg://u:secret@db:6000/shop").connect():
                ...

        async def test_creator(db_session):
            import sqlite3
            connect("sqlite:///prod.db", creator=lambda: sqlite3.connect("prod.db"))
        """
    )
    result.assert_outcomes(failed=5)
    result.stdout.fnmatch_lines(
        [
            "*py:* in connect connects to prod.db, which is not*",
            "*py:* in connect connects to prod.db, which is not*",
            "*py:* in test_server connects to the postgresql database 'shop' on db.shop, which *",
            "*py:* in test_port connects to the postgresql database 'shop' on db:6000, which is *",
            "*py:* in connect connects to prod.db, which is not*",
        ]
    )
    result.stdout.no_fnmatch_line("*connects*secret*")


def test_the_test_database_files_of_the_test_and_databases_in_memory_are_allowed(run, postgres_url):
    run(
        f"""
        from sqlalchemy import create_engine
        from sqlalchemy.ext.asyncio import create_async_engine

        async def connect(url):
            engine = create_async_engine(url)
            async with engine.connect() as connection:
                assert await connection.scalar(text("SELECT 1")) == 1
            await engine.dispose()

        async def test_second_engine(db_engine, db_session):
            await connect(db_engine.url)

        async def test_file(db_session, tmp_path):
            await connect(f"sqlite+aiosqlite:///{{tmp_path}}/import.db")

        async def test_memory(db_session):
            await connect("sqlite+aiosqlite://")

        async def test_server(db_session, monkeypatch, request):
            monkeypatch.setenv("FTF_TEST_POSTGRES_URL", {postgres_url!r})
            await connect(request.getfixturevalue("postgres_url"))

        async def test_only_the_server(postgres_url):
            await connect(postgres_url)
        """
    ).assert_outcomes(passed=5)


def test_a_fixture_that_outlives_the_test_may_close_what_it_opened(run):
    run(
        """
        from sqlalchemy import create_engine

        @pytest.fixture(scope="session")
        def archive():
            engine = create_engine("sqlite:///archive.db")
            yield
            with engine.connect():
                ...
            engine.dispose()

        @pytest.mark.database("own")
        def test_own(archive): ...

        async def test_other(db_session): ...
        """
    ).assert_outcomes(passed=2)
