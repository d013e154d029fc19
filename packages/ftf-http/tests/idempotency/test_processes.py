"""Two processes that are sent one request many times."""

import os
import subprocess
import sys
from ast import literal_eval
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]


@pytest.mark.slow
async def test_resource_81_of_requests_to_two_processes_one_is_executed(shop, database_url):
    pipe, paths = subprocess.PIPE, {"PYTHONPATH": str(TESTS)}
    command = [sys.executable, str(TESTS / "ordering.py"), database_url]
    processes = [
        subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=os.environ | paths)  # noqa: S603, ASYNC220  # ours
        for _ in range(2)
    ]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    outputs = [literal_eval(process.communicate()[0]) for process in processes]
    assert outputs == [{201: 15}, {201: 15}]
    assert await shop.stored() == 1
