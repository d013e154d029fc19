"""What COMMIT would refuse is refused where a rolled-back test commits."""

import pytest

MODELS = """
from models import Base, ForeignKey, Mapped, mapped_column

class Role(Base):
    __tablename__ = "roles"
    id: Mapped[int] = mapped_column(primary_key=True)

class Member(Base):
    __tablename__ = "members"
    id: Mapped[int] = mapped_column(primary_key=True)
    role_id: Mapped[int] = mapped_column(
        ForeignKey("roles.id", deferrable=True, initially="DEFERRED")
    )
    other_id: Mapped[int | None] = mapped_column(
        ForeignKey("roles.id", deferrable=True, initially="IMMEDIATE")
    )
"""
BEGIN = """
from deferred import Member, Role
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError
from ftf.orm import BaseRepository, ForeignKeyViolation

class Members(BaseRepository[Member]): ...
"""


@pytest.fixture
def with_deferred(run, project):
    """Run tests of a project that has deferred foreign keys."""
    project.makepyfile(deferred=MODELS)
    return lambda code: run(BEGIN + code, "-o", "ftf_metadata=deferred:Base")


@pytest.mark.parametrize("fixture", ["db_sessions", "committing_db"])
def test_a_commit_is_refused_as_without_the_test(with_deferred, fixture):
    with_deferred(
        f"""
async def test_session({fixture}):
    async with {fixture}() as session:
        session.add(Member(role_id=999))
        with pytest.raises(IntegrityError):
            await session.commit()
        await session.rollback()
        assert await count(session, Member) == 0
        session.add(Role(id=1))
        session.add(Member(role_id=1))
        await session.commit()
        assert await count(session, Member) == 1

async def test_repository({fixture}):
    async with {fixture}() as session:
        with pytest.raises(ForeignKeyViolation):
            await Members(session).create(Member(role_id=999))
        assert await Members(session).count() == 0
"""
    ).assert_outcomes(passed=2)


def test_what_is_put_right_before_the_commit_is_none(with_deferred):
    with_deferred(
        """
@twice
async def test_order(db_session, query_counter, turn):
    async with db_session.begin_nested():
        db_session.add(Member(id=1, role_id=turn))
        await db_session.flush()
    db_session.add(Role(id=turn))
    await db_session.commit()
    assert query_counter == 2
    db_session.add(Member(id=2, role_id=turn + 1))
    await db_session.flush()
    with pytest.raises(IntegrityError):
        async with db_session.begin_nested():
            db_session.add(Member(id=3, role_id=turn, other_id=999))
    await db_session.rollback()
    assert await count(db_session, Member) == 1
"""
    ).assert_outcomes(passed=2)


def test_what_a_test_leaves_to_be_rolled_back_is_checked_at_its_end(with_deferred, database):
    result = with_deferred(
        """
async def test_fault(db_connection):
    await db_connection.execute(Member.__table__.insert(), {"role_id": 999})

async def test_failed(db_connection):
    await db_connection.execute(Member.__table__.insert(), {"role_id": 999})
    with pytest.raises(IntegrityError):
        await db_connection.execute(Role.__table__.insert(), [{"id": 1}, {"id": 1}])

async def test_invalidated(db_connection):
    await db_connection.invalidate()

async def test_clean(db_connection, db_session):
    db_session.add(Member(role_id=999))
    await db_session.flush()
"""
    )
    # PostgreSQL has nothing to commit after a statement that failed.
    result.assert_outcomes(passed=4, errors={"sqlite": 2, "postgresql": 1}[database])
    result.stdout.fnmatch_lines(["the changes of the test are rolled back, and COMMIT would have*"])


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_rows_that_the_migrations_have_broken_are_not_the_tests_fault(run, project):
    broken = """
from sqlalchemy import event, text

@event.listens_for(Base.metadata, "after_create")
def fill(_, connection, **_options):
    connection.execute(text("INSERT INTO members (id, role_id) VALUES (7, 999)"))
"""
    project.makepyfile(deferred=MODELS + broken)
    run(
        f"""{BEGIN}
async def test_clean(db_session):
    db_session.add(Role(id=1))
    await db_session.commit()
    assert await count(db_session, Member) == 1
""",
        "-o",
        "ftf_metadata=deferred:Base",
    ).assert_outcomes(passed=1)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_constraints_that_only_a_transaction_defers_are_checked_and_immediate_again(run, project):
    project.makepyfile(deferred=MODELS.replace('"DEFERRED"', '"IMMEDIATE"'))
    run(
        f"""{BEGIN}
async def test_deferred(db_session):
    await db_session.execute(text("SET CONSTRAINTS ALL DEFERRED"))
    db_session.add(Member(role_id=999))
    await db_session.flush()
    with pytest.raises(IntegrityError):
        await db_session.commit()
    await db_session.rollback()
    db_session.add(Role(id=1))
    await db_session.commit()
    db_session.add(Member(role_id=999))
    with pytest.raises(IntegrityError):
        await db_session.flush()
""",
        "-o",
        "ftf_metadata=deferred:Base",
    ).assert_outcomes(passed=1)
