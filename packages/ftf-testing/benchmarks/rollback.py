"""What a test costs that is rolled back, and one that makes its tables anew."""

from statistics import quantiles

from suite import seconds

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
PAIR = """
async def test_rolled_back_{turn}(db_session):
    await use(db_session)

@pytest.mark.database("own")
async def test_recreated_{turn}(recreated):
    await use(recreated)
"""


def measure(rounds: int) -> None:
    """Print a table of both databases; tests of both kinds take turns in one process."""
    print("| 8 tables | recreated | rolled back | rolled back / recreated | half of the rounds |")
    print("|---|---:|---:|---:|---|")
    for kind in ("sqlite", "postgresql"):
        _measure_on(kind, rounds)


def _measure_on(kind: str, rounds: int) -> None:
    pairs = "".join(PAIR.format(turn=turn) for turn in range(rounds + 1))
    tests = TESTS.format(kind=kind, tests=pairs)
    found = seconds({"models.py": MODELS, "test_all.py": tests}, f"--ftf-db-url={kind}")
    times = [
        # The first of each kind starts the database.
        [found[f"test_{way}_{turn}"][0] for turn in range(1, rounds + 1)]
        for way in ("recreated", "rolled_back")
    ]
    ratios = [second / first for first, second in zip(*times, strict=True)]
    low, middle, high = quantiles(ratios, n=4)
    recreated, rolled_back = (quantiles(each, n=4)[1] * 1_000 for each in times)
    costs = f"{recreated:.1f} ms | {rolled_back:.1f} ms"
    print(f"| {kind} | {costs} | {middle:.3f} | {low:.3f} to {high:.3f} |")
