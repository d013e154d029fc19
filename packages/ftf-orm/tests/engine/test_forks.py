"""Engines that were used before a fork."""

import subprocess
import sys
from textwrap import dedent

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from ftf.orm import create_engine

# In a process of its own, because a fork of this one would have only one of its threads.
PROGRAM = dedent("""
    import asyncio, os, signal, sys, warnings

    from sqlalchemy import text

    from ftf.orm import create_engine

    warnings.simplefilter("ignore", DeprecationWarning)  # of a fork beside a thread
    engine = create_engine(sys.argv[1])

    async def use():
        async with engine.connect() as connection:
            return (await connection.execute(text("SELECT 41 + 1"))).scalar()

    async def main():
        await use()
        child = os.fork()
        if not child:
            asyncio._set_running_loop(None)
            signal.alarm(60)
            print(asyncio.run(use()), flush=True)
            os._exit(0)
        _, status = await asyncio.to_thread(os.waitpid, child, 0)
        print(await use(), os.waitstatus_to_exitcode(status))
        await engine.dispose()

    asyncio.run(main())
""")


def test_job_89_an_engine_that_was_used_before_a_fork_works_in_both_processes(database_url):
    command = [sys.executable, "-c", PROGRAM, database_url]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=100)  # noqa: S603  # the program above
    assert (ended.stdout, ended.stderr) == ("42\n42 0\n", "")


async def opened(engine: AsyncEngine) -> object:
    async with engine.connect() as connection:
        await connection.execute(text("SELECT 1"))
        return (await connection.get_raw_connection()).driver_connection


async def test_a_connection_of_another_process_is_left_to_it(database_url, monkeypatch):
    engine = create_engine(database_url)
    before = await opened(engine)
    assert await opened(engine) is before
    monkeypatch.setattr("ftf.orm.engine._forks.getpid", lambda: -1)
    after = await opened(engine)
    assert await opened(engine) is after is not before
    await before.close()
    await engine.dispose()
