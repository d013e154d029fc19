"""Two processes that refresh one token."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[2]


@pytest.mark.slow
async def test_edge_s19_two_processes_make_one_increment_and_one_successor(
    world_on, engine, database_url, clock
):
    clock.at = clock.real_now()
    world = await world_on(engine)
    row = await world.login()
    schema = f"auth_{os.getpid()}" if engine.dialect.name == "postgresql" else ""
    program = str(TESTS / "auth" / "refreshing_process.py")
    command = [sys.executable, program, database_url, schema, world.tokens.refresh_token(row)]
    pipe, paths = subprocess.PIPE, {"PYTHONPATH": str(TESTS / "support")}
    processes = [
        subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=os.environ | paths)  # noqa: S603, ASYNC220  # ours
        for _ in range(2)
    ]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    outputs = [process.communicate()[0] for process in processes]
    successor = world.tokens.refresh_token(replace(row, generation=1))
    assert outputs == [successor, successor]
    assert (await world.rows.find(row.id)).generation == 1
