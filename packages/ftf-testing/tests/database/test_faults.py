"""What a test must not do to the database fails it, and a clean twin passes."""

import pytest

LEAK = "*the test committed outside of its own transaction, and that was undone*"
CLEAN = """
async def test_clean(db_session):
    assert await count(db_session) == 0
    db_session.add(User(email="ada@example.com"))
    await db_session.commit()
"""
ENGINE = """
async def test_fault(db_engine, db_session):
    async with db_engine.begin() as connection:
        await connection.execute(text("INSERT INTO users (email) VALUES ('ada@example.com')"))
"""
SECOND_ENGINE = """
async def test_fault(db_engine, db_session):
    from sqlalchemy.ext.asyncio import create_async_engine
    second = create_async_engine(db_engine.url)
    async with second.begin() as connection:
        await connection.execute(text("INSERT INTO users (email) VALUES ('ada@example.com')"))
    await second.dispose()
"""
AUTOCOMMIT = """
async def test_fault(db_engine, db_session):
    async with db_engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(text("INSERT INTO users (email) VALUES ('ada@example.com')"))
"""
RAW = """
async def test_fault(db_connection, db_session):
    db_session.add(User(email="ada@example.com"))
    await db_session.commit()
    await db_connection.execute(text("COMMIT"))
"""
OWN = """
async def test_fault(db_connection, db_session):
    db_session.add(User(email="ada@example.com"))
    await db_session.commit()
    await db_connection.commit()
"""


@pytest.mark.parametrize("fault", [ENGINE, SECOND_ENGINE, AUTOCOMMIT, RAW, OWN])
def test_a_leaked_commit_fails_the_test_and_is_undone(run, fault):
    result = run(fault + CLEAN)
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(["*at teardown of test_fault*", "there are +1 rows in users", LEAK])


@pytest.mark.parametrize(
    ("fault", "call"),
    [(ENGINE, "begin()"), (SECOND_ENGINE, "begin()"), (OWN, "connection.commit()")],
)
def test_a_leaked_commit_is_told_with_its_line(run, fault, call):
    code = "\n" + fault
    line = 1 + next(n for n, text in enumerate(code.splitlines(), 1) if call in text)
    result = run(code)
    lines = result.stdout.str().splitlines()
    (committed,) = {text for text in lines if text.startswith("committed: ")}
    assert committed.endswith(f".py:{line} in test_fault")


def test_a_table_that_is_left_behind_fails_the_test_and_is_dropped(run):
    result = run(
        """
        from sqlalchemy import inspect

        async def test_fault(db_engine):
            async with db_engine.begin() as connection:
                await connection.execute(text('CREATE TABLE "left" (word TEXT)'))
                await connection.execute(text('CREATE TABLE of_it (word TEXT)'))

        async def test_clean(db_connection):
            tables = await db_connection.run_sync(lambda sync: inspect(sync).get_table_names())
            assert sorted(tables) == ["posts", "users"]
        """
    )
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(["there are +2 tables", "committed: *in test_fault", LEAK])


def test_the_test_connection_must_not_be_ended(run):
    result = run(
        """
        async def test_committed(db_connection):
            await db_connection.commit()

        async def test_closed(db_connection):
            await db_connection.close()
        """
        + CLEAN.replace("\n", "\n        ")
    )
    result.assert_outcomes(passed=3, errors=2)
    result.stdout.fnmatch_lines(["the transaction of db_connection was ended during the test*"])


def test_an_unclosed_session_fails_the_test(run):
    result = run(
        """
        async def test_fault(db_sessions):
            session = db_sessions()
            await count(session)
            async with session.begin_nested():
                pass
        """
        + CLEAN.replace("\n", "\n        ")
    )
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(["a session is still open: *help.py:* in count"])


@pytest.mark.parametrize("fixture", ["db_session", "committing_db"])
def test_an_unclosed_connection_fails_the_test(run, fixture):
    result = run(
        f"""
        async def test_fault(db_engine, {fixture}):
            connection = await db_engine.connect()

        async def test_all(db_engine, {fixture}):
            pool = db_engine.pool
            left = pool.size() + pool._max_overflow - pool.checkedout()
            held = [await db_engine.connect() for _ in range(left)]

        async def test_closed_meanwhile(db_engine, {fixture}):
            from sqlalchemy import event
            one, other = [await db_engine.connect() for _ in range(2)]
            close = lambda *_: other.sync_connection.close()
            event.listen(db_engine.sync_engine, "invalidate", close, once=True)

        async def test_invalidated(db_engine, {fixture}):
            connection = await db_engine.connect()
            await connection.invalidate()
            await connection.close()
        """
        + CLEAN.replace("\n", "\n        ")
    )
    result.assert_outcomes(passed=5, errors=3)
    result.stdout.no_fnmatch_line("*already-closed*")
    result.stdout.fnmatch_lines(
        [
            "a connection is still open: *py:4 in test_fault",
            "a connection is still open: *py:* in test_all (* times)",
        ]
    )
