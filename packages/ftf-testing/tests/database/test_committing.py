"""Tests that really commit, and whose tables are emptied afterwards."""

import pytest


def test_what_is_committed_is_seen_by_others_and_gone_in_the_next_test(run):
    run(
        """
        @twice
        async def test_several(committing_db, db_engine, turn):
            import asyncio

            async def register(number):
                async with committing_db.begin() as session:
                    session.add(User(email=f"{number}@example.com"))

            await asyncio.gather(*map(register, range(20)))
            async with db_engine.connect() as connection:
                assert await connection.scalar(text("SELECT count(*) FROM users")) == 20
        """
    ).assert_outcomes(passed=2)


def test_tables_that_refer_to_each_other_are_emptied(run, project):
    project.makepyfile(
        circle="""
        from models import Base, Mapped, ForeignKey, mapped_column

        class Team(Base):
            __tablename__ = "teams"
            id: Mapped[int] = mapped_column(primary_key=True)
            best_id: Mapped[int | None] = mapped_column(ForeignKey("players.id", name="best"))

        class Player(Base):
            __tablename__ = "players"
            id: Mapped[int] = mapped_column(primary_key=True)
            team_id: Mapped[int] = mapped_column(ForeignKey("teams.id", name="team"))
        """
    )
    run(
        """
        from circle import Player, Team

        @twice
        async def test_circle(committing_db, turn):
            async with committing_db() as session:
                assert await count(session, Team) == 0
                session.add(Team(id=1))
                await session.commit()
                session.add(Player(id=1, team_id=1))
                await session.commit()
                (await session.get(Team, 1)).best_id = 1
                await session.commit()
        """,
        "-o",
        "ftf_metadata=circle:Base",
    ).assert_outcomes(passed=2)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_tables_of_other_schemas_are_emptied(run, project):
    project.makepyfile(
        audit="""
        from models import Base, ForeignKey, Mapped, mapped_column
        from sqlalchemy import event
        from sqlalchemy.schema import CreateSchema

        class Entry(Base):
            __tablename__ = "entries"
            __table_args__ = {"schema": "audit"}
            id: Mapped[int] = mapped_column(primary_key=True)
            user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

        event.listen(Base.metadata, "before_create", CreateSchema("audit"))
        """
    )
    result = run(
        """
        from audit import Entry

        @twice
        async def test_committing(committing_db, turn):
            async with committing_db.begin() as session:
                assert await count(session, Entry) == 0
                session.add(Entry())

        @twice
        async def test_leak(db_engine, turn):
            async with db_engine.begin() as connection:
                assert await count(connection, Entry) == 0
                await connection.execute(text("INSERT INTO audit.entries DEFAULT VALUES"))
        """,
        "-o",
        "ftf_metadata=audit:Base",
    )
    result.assert_outcomes(passed=4, errors=2)
    result.stdout.fnmatch_lines(["there are +1 rows in audit.entries"])


def test_rolled_back_and_committing_tests_mix(run):
    run(
        """
        @twice
        async def test_committing(committing_db, turn):
            async with committing_db.begin() as session:
                assert await count(session) == 0
                session.add(User(email="ada@example.com"))

        @twice
        async def test_rolled_back(db_session, turn):
            assert await count(db_session) == 0
            db_session.add(User(email="ada@example.com"))
            await db_session.commit()
        """,
        "--random-order-bucket=global",
        "--random-order-seed=1",
    ).assert_outcomes(passed=4)


def test_a_test_cannot_be_both(run):
    result = run("async def test_both(db_session, committing_db): ...")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*committing_db commits and db_session is rolled back*"])
