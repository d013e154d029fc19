"""How long the embedded PostgreSQL takes until it answers."""

import os
from statistics import median

from suite import phases

TEST = """
from asyncpg import connect

async def test_answers(postgres_url):
    connection = await connect(postgres_url.replace("+asyncpg", ""))
    assert await connection.fetchval("SELECT 1") == 1
    await connection.close()
"""


def measure(rounds: int) -> None:
    """Print the seconds of a test that starts a server, asks it and leaves."""
    os.environ.pop("FTF_TEST_POSTGRES_URL", None)
    runs = (phases({"test_all.py": TEST}) for _ in range(min(rounds, 10)))
    times = [found["test_answers"]["wall"].whole for found in runs]
    print(f"started, connected to and asked, in {len(times)} runs of pytest:")
    print(f"median {median(times):.2f} s, from {min(times):.2f} s to {max(times):.2f} s")
