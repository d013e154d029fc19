"""Tests that fail where a request writes rows and no policy decided."""

import pytest

SHOP = """
from dataclasses import dataclass

import pytest
from ftf.http import Controller, FastTrackFramework, Injected, post
from ftf.http.auth import Gate, Policy, UserSource, public
from sqlalchemy import create_engine, text
from sqlalchemy.pool import StaticPool

engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})

@dataclass
class User:
    name: str

class Post: ...

class PostPolicy(Policy[User]):
    def create(self, user: User) -> bool:
        return user.name == "ada"
    def visible(self, user: User, query: str) -> str:
        return query

class Ada(UserSource[User]):
    async def user(self):
        return User("ada")

shop = FastTrackFramework()
shop.register(UserSource[User], Ada)
shop.add_policy(Post, PostPolicy)

def write():
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO posts VALUES (1)"))

@shop.post("/open")
async def create_openly() -> None:
    write()

@shop.post("/thread")
def create_in_thread() -> None:
    write()

@shop.post("/asked")
async def create(gate: Injected[Gate[User]]) -> bool:
    allowed = await gate.allows(PostPolicy.create)
    write()
    return allowed

@shop.post("/public")
@public
async def create_publicly() -> None:
    write()

class Open(Controller):
    access = public
    @post("/open/controller")
    async def create(self) -> None:
        write()

shop.add_controller(Open)
@shop.get("/read")
async def read() -> None:
    with engine.begin() as connection:
        connection.execute(text("SELECT * FROM posts"))

@pytest.fixture
def app():
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE IF NOT EXISTS posts (id INTEGER)"))
    return shop
"""


@pytest.fixture
def _framework():
    # Where this package is tested alone, it has no application of the framework. Imported before
    # pytester, which drops what is imported after it.
    pytest.importorskip("ftf.http.auth")


@pytest.fixture
def run(_framework, pytester):
    def ran(test: str) -> pytest.RunResult:
        loops = "asyncio_mode = auto\nasyncio_default_fixture_loop_scope = function"
        pytester.makeini(f"[pytest]\n{loops}")
        pytester.makepyfile(SHOP + test)
        return pytester.runpytest_inprocess()

    return ran


@pytest.mark.parametrize("path", ["/open", "/thread"])
def test_edge_s70_a_write_that_no_policy_decided_about_fails_the_test(run, path):
    result = run(f"""
async def test_create(client, assert_authorized):
    assert (await client.post("{path}")).status_code == 200
""")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "Rows were written, and no policy decided whether the user may:",
            f"  POST {path}",
            "    INSERT INTO posts VALUES (1)",
            "      at *.py:* in write",
            "Ask one in the handler, as by `await gate.authorize(PostPolicy.update, post)`.",
        ]
    )


def test_edge_s70_a_write_that_a_policy_decided_about_passes(run):
    run("""
async def test_create(client, assert_authorized):
    assert (await client.post("/asked")).json() is True
    await client.get("/read")
    write()
""").assert_outcomes(passed=1)


def test_edge_s70_a_write_of_a_public_route_passes(run):
    run("""
@pytest.mark.parametrize("path", ["/public", "/open/controller"])
async def test_create(client, assert_authorized, path):
    assert (await client.post(path)).status_code == 200
""").assert_outcomes(passed=2)


def test_edge_s70_what_guards_and_their_routes_write_passes(run):
    run("""
from ftf.http.auth.orm import ApiTokenColumns
from sqlalchemy import ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

class Base(DeclarativeBase): ...

class Users(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)

class Tokens(ApiTokenColumns, Base):
    __tablename__ = "tokens"
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))

@shop.get("/used")
async def use() -> None:
    with engine.begin() as connection:
        connection.execute(Tokens.__table__.update().values(last_used_at=None))

async def log_out() -> None:
    write()

log_out.__module__ = "ftf.http.auth.routes"
shop.post("/logout")(log_out)

async def test_use(client, assert_authorized):
    Base.metadata.create_all(engine)
    assert (await client.get("/used")).status_code == 200
    assert (await client.post("/logout")).status_code == 200
""").assert_outcomes(passed=1)


def test_edge_s70_each_request_needs_a_decision_of_its_own(run):
    result = run("""
pytestmark = pytest.mark.usefixtures("assert_authorized")

@pytest.fixture
async def before(client):
    await client.post("/open")

async def test_create(client):
    await client.post("/asked")
    await client.post("/open")

async def test_fixtures_may_write(before, client):
    await client.post("/asked")
""")
    result.assert_outcomes(failed=1, passed=1)
    assert "POST /asked" not in result.stdout.str()


def test_a_test_that_fails_reports_its_own_failure_alone(run):
    result = run("""
async def test_create(client, assert_authorized):
    await client.post("/open")
    raise ValueError("of the test")
""")
    result.assert_outcomes(failed=1)
    assert "no policy decided" not in result.stdout.str()


@pytest.mark.parametrize("missing", ["ftf.http", "sqlalchemy"])
def test_what_the_fixture_needs_is_named(run, monkeypatch, missing):
    monkeypatch.setattr(
        "ftf.testing.authorization._plugin.find_spec", lambda name: None if name == missing else 1
    )
    result = run("def test_nothing(assert_authorized): pass")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"The fixture 'assert_authorized' needs {missing}."])
