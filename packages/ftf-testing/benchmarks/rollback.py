"""What it costs to roll a test back, and to make its tables anew.

What a way costs is what its fixture adds: the set-up and tear-down of a test that uses it, less
those of an async test that has no fixture. Both ways have the same test, which writes a row,
commits and reads; what the test itself takes is in the column of whole tests only. A rolled-back
test asks for `db_session`; a recreating one drops and creates eight tables with their keys and
indexes, and makes an engine for its event loop. Tests of all kinds take turns in one process.

CPU time is that of the process of the tests, without a server's.
"""

from statistics import median, quantiles

from suite import Phases, phases

MODELS = """
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

class Base(DeclarativeBase): ...

def to(table):
    return mapped_column(ForeignKey(f"{table}.id", ondelete="CASCADE"), index=True)

class Row(Base):
    __abstract__ = True
    id: Mapped[int] = mapped_column(primary_key=True)

class User(Row):
    __tablename__ = "users"
    name: Mapped[str]
    email: Mapped[str] = mapped_column(String(254), unique=True)

class Role(Row):
    __tablename__ = "roles"
    name: Mapped[str] = mapped_column(unique=True)

class Grant(Row):
    __tablename__ = "grants"
    user_id: Mapped[int] = to("users")
    role_id: Mapped[int] = to("roles")

class Post(Row):
    __tablename__ = "posts"
    title: Mapped[str]
    body: Mapped[str]
    author_id: Mapped[int] = to("users")

class Comment(Row):
    __tablename__ = "comments"
    body: Mapped[str]
    post_id: Mapped[int] = to("posts")
    author_id: Mapped[int] = to("users")

class Tag(Row):
    __tablename__ = "tags"
    name: Mapped[str] = mapped_column(unique=True)

class Tagging(Row):
    __tablename__ = "taggings"
    post_id: Mapped[int] = to("posts")
    tag_id: Mapped[int] = to("tags")

class Attachment(Row):
    __tablename__ = "attachments"
    path: Mapped[str]
    post_id: Mapped[int] = to("posts")
"""
TESTS = """
import pytest
from models import Base, User
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ftf.orm import create_engine

@pytest.fixture(scope="session")
def url(request, tmp_path_factory):
    if "{kind}" == "sqlite":
        return f"sqlite+aiosqlite:///{{tmp_path_factory.mktemp('db')}}/recreated.db"
    return request.getfixturevalue("postgres_url")

@pytest.fixture
async def recreated(url):
    engine = create_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.drop_all)
        await connection.run_sync(Base.metadata.create_all)
    async with AsyncSession(engine) as session:
        yield session
    await engine.dispose()

async def use(session):
    session.add(User(name="Ada", email="ada@example.com"))
    await session.commit()
    assert (await session.scalars(select(User.name))).all() == ["Ada"]

{tests}
"""
TURN = """
async def test_empty_{turn}():
    pass

async def test_rolled_back_{turn}(db_session):
    await use(db_session)

@pytest.mark.database("own")
async def test_recreated_{turn}(recreated):
    await use(recreated)
"""


WAYS = ("empty", "recreated", "rolled_back")


def measure(rounds: int) -> None:
    """Print a table of both databases."""
    print("| 8 tables | loop | | recreate | roll back | ratio | half of the rounds | whole tests |")
    print("|---|---|---|---:|---:|---:|---|---:|")
    for kind in ("sqlite", "postgresql"):
        for loop in ("function", "session"):
            _measure_on(kind, loop, rounds)


def _measure_on(kind: str, loop: str, rounds: int) -> None:
    turns = "".join(TURN.format(turn=turn) for turn in range(rounds + 1))
    tests = TESTS.format(kind=kind, tests=turns)
    found = phases({"models.py": MODELS, "test_all.py": tests}, f"--ftf-db-url={kind}", loop=loop)
    for clock in ("wall", "cpu"):
        # The first of each kind starts the database.
        spent = {
            way: [found[f"test_{way}_{turn}"][clock] for turn in range(1, rounds + 1)]
            for way in WAYS
        }
        print(f"| {kind} | {loop} | {clock} | {_row(spent)} |")


def _row(spent: dict[str, list[Phases]]) -> str:
    empty = median(each.fixtures for each in spent["empty"])
    recreate, roll_back = (
        [each.fixtures - empty for each in spent[way]] for way in ("recreated", "rolled_back")
    )
    ratios = [second / first for first, second in zip(recreate, roll_back, strict=True)]
    low, _, high = quantiles(ratios, n=4)
    whole = [median(each.whole for each in spent[way]) for way in ("recreated", "rolled_back")]
    return (
        f"{median(recreate) * 1_000:.1f} ms | {median(roll_back) * 1_000:.1f} ms "
        f"| {median(roll_back) / median(recreate):.3f} | {low:.3f} to {high:.3f} "
        f"| {whole[1] / whole[0]:.2f}"
    )
