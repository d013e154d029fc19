"""A test's changes to the database are rolled back, whatever the application does."""


def passes_twice(run, code: str) -> None:
    """Run a test that only passes on an empty database, and so only if nothing survives."""
    run(f"\n        @twice{code}").assert_outcomes(passed=2)


def test_edge_49_what_is_committed_is_gone_in_the_next_test(run):
    passes_twice(
        run,
        """
        async def test_commit(db_session, turn):
            assert await count(db_session) == 0
            db_session.add(User(email="ada@example.com"))
            await db_session.commit()
            assert await count(db_session) == 1
        """,
    )


def test_edge_50_a_refused_write_leaves_the_session_usable(run):
    passes_twice(
        run,
        """
        async def test_refused(db_session, turn):
            from sqlalchemy.exc import IntegrityError
            db_session.add(User(email="ada@example.com"))
            await db_session.commit()
            db_session.add(User(email="ada@example.com"))
            with pytest.raises(IntegrityError):
                await db_session.commit()
            await db_session.rollback()
            assert await count(db_session) == 1
            db_session.add(Post(title="of nobody", author_id=-1))
            with pytest.raises(IntegrityError):
                await db_session.flush()
            await db_session.rollback()
            db_session.add(User(email="bo@example.com"))
            await db_session.commit()
            assert await count(db_session) == 2
        """,
    )


def test_edge_50_savepoints_nest(run):
    passes_twice(
        run,
        """
        async def test_nested(db_session, turn):
            async with db_session.begin_nested():
                db_session.add(User(email="ada@example.com"))
                with pytest.raises(ZeroDivisionError):
                    async with db_session.begin_nested():
                        db_session.add(User(email="bo@example.com"))
                        await db_session.flush()
                        1 / 0
            await db_session.commit()
            assert await count(db_session) == 1
        """,
    )


def test_edge_50_the_application_may_roll_back(run):
    passes_twice(
        run,
        """
        async def test_rolled_back(db_session, db_sessions, turn):
            db_session.add(User(email="ada@example.com"))
            await db_session.commit()
            async with db_sessions() as session:
                session.add(User(email="bo@example.com"))
                await session.flush()
                await session.rollback()
                assert await count(session) == 1
        """,
    )


def test_a_query_may_be_cancelled(run):
    """Which closes the connection, and with it the transaction; only the test's end is as ever."""
    passes_twice(
        run,
        """
        async def test_cancelled(db_session, db_sessions, turn):
            import asyncio
            assert await count(db_session) == 0
            db_session.add(User(email="ada@example.com"))
            await db_session.commit()
            endless = text(
                "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n FROM n WHERE n < 2) "
                "SELECT count(*) FROM n"
            )
            async with db_sessions() as session:
                query = asyncio.create_task(session.execute(endless))
                await asyncio.sleep(0)
                query.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await query
        """,
    )


def test_edge_51_sessions_see_what_others_have_committed(run):
    passes_twice(
        run,
        """
        async def test_several(db_session, db_sessions, turn):
            async with db_sessions.begin() as session:
                session.add(User(email="ada@example.com"))
            assert await count(db_session) == 1
            db_session.add(User(email="bo@example.com"))
            await db_session.commit()
            async with db_sessions() as one, db_sessions() as other:
                assert await count(one) == await count(other) == 2
        """,
    )


def test_edge_51_ddl_is_rolled_back_as_well(run):
    passes_twice(
        run,
        """
        async def test_ddl(db_session, turn):
            await db_session.execute(text("CREATE TABLE notes (id INTEGER)"))
            await db_session.commit()
            await db_session.execute(text("INSERT INTO notes VALUES (1)"))
            await db_session.commit()
            assert await db_session.scalar(text("SELECT count(*) FROM notes")) == 1
        """,
    )


def test_an_engine_of_the_project_is_used_as_it_is(project, run):
    project.makeconftest(
        """
        import pytest
        from sqlalchemy.ext.asyncio import create_async_engine

        @pytest.fixture(scope="session")
        def db_engine_factory():
            return lambda url: create_async_engine(url, logging_name="theirs")

        @pytest.fixture(scope="session")
        def db_session_options():
            return {"expire_on_commit": False, "autoflush": False}
        """
    )
    passes_twice(
        run,
        """
        async def test_theirs(db_engine, db_session, turn):
            assert db_engine.sync_engine.logging_name == "theirs"
            db_session.add(User(email="ada@example.com"))
            assert await count(db_session) == 0
            await db_session.commit()
            assert await count(db_session) == 1
        """,
    )


def test_rows_of_the_migrations_stay(run, project):
    """Here the metadata makes them, as a migration would."""
    project.makepyfile(
        seeded="""
        from models import Base, User
        from sqlalchemy import JSON, Column, Computed, ForeignKey, Identity, Index, Integer
        from sqlalchemy import String, Table, event, text

        kinds = Table(
            "kinds",
            Base.metadata,
            Column("id", Integer, Identity(always=True), primary_key=True),
            Column("parent", ForeignKey("kinds.id")),
            Column("name", String),
            Column("upper", String, Computed("upper(name)")),
            Column("data", JSON(none_as_null=True)),
            Index("by_lower_name", text("lower(name)")),
        )

        @event.listens_for(Base.metadata, "after_create")
        def fill(_, connection, **_options):
            connection.execute(User.__table__.insert(), [{"id": 7, "email": "root@example.com"}])
            for kind in ({"name": "one", "data": {"a": 1}}, {"name": "other", "data": None}):
                connection.execute(kinds.insert(), kind)
            connection.execute(kinds.update(), {"parent": 2})
        """
    )
    result = run(
        """
        seen = []

        @pytest.fixture(autouse=True)
        async def all_is_as_it_was(db_engine):
            async with db_engine.connect() as connection:
                kinds = await connection.execute(
                    text("SELECT *, data IS NULL AS no_data FROM kinds ORDER BY id")
                )
                seen.append(kinds.all())
                assert len(seen[0]) == 2
                assert seen[-1] == seen[0]

        @twice
        async def test_rollback(db_session, turn):
            assert await count(db_session) == 1
            db_session.add(User(id=8, email="ada@example.com"))
            await db_session.commit()

        @twice
        async def test_truncation(committing_db, turn):
            async with committing_db.begin() as session:
                assert await count(session) == 1
                session.add(User(id=8, email="ada@example.com"))

        @twice
        async def test_leak(db_engine, turn):
            async with db_engine.begin() as connection:
                await connection.execute(User.__table__.delete())

        @twice
        async def test_changed(db_engine, turn):
            for _ in range(2):
                async with db_engine.begin() as connection:
                    await connection.execute(text("UPDATE kinds SET name = 'changed' WHERE id = 1"))
        """,
        "-o",
        "ftf_metadata=seeded:Base",
    )
    result.assert_outcomes(passed=8, errors=4)
    result.stdout.fnmatch_lines(
        [
            "*there are -1 rows in users*",
            "*there are +1 new or changed rows in kinds*",
            "committed: * in test_changed (2 times)",
        ]
    )
