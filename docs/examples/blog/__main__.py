"""Migrate, seed and serve the blog."""

import asyncio
import logging
import sys
from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from socket import create_server, socket

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from httpx import AsyncClient
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession
from uvicorn import Config as ServerConfig
from uvicorn import Server

from ftf.http import FastTrackFramework
from ftf.orm import SeederFailed, run_seeders

from .app import create_app
from .seed import PASSWORD, AccountSeeder, BlogSeeder
from .tour import Call, tour

HOST = "127.0.0.1"


def main(arguments: list[str] | None = None) -> None:
    """Do what the command line says."""
    parser = ArgumentParser(prog="python -m blog", description=__doc__)
    parser.add_argument(
        "--port", type=port_number, default=8000, help="where to listen (default: 8000)"
    )
    parser.add_argument("--check", action="store_true", help="make every call once, and stop")
    options = parser.parse_args(arguments)
    logging.basicConfig(format="%(name)s %(message)s")
    logging.getLogger("blog").setLevel(logging.INFO)
    with listen(options.port) as listener:
        app = create_app("database:?worker=embedded")
        calls = prepare(app)
        try:
            asyncio.run(demonstrate(app, calls, listener, check=options.check))
        except KeyboardInterrupt:
            if options.check:
                raise


def port_number(text: str) -> int:
    """Read a port from the command line; 0 stands for any that is free."""
    if not text.isdecimal() or int(text) >= 2**16:
        raise ArgumentTypeError("a port is a number from 0 to 65535")
    return int(text)


def listen(port: int) -> socket:
    """Take the port before anything else happens."""
    try:
        return create_server((HOST, port))
    except OSError as error:
        sys.exit(
            f"Port {port} cannot be used: {error.strerror}.\n"
            "Choose another one with --port, such as: nox -s demo -- --port 8001"
        )


def prepare(app: FastTrackFramework) -> list[Call]:
    """Migrate and seed the database, and choose the calls to try."""
    try:
        command.upgrade(Config(Path(__file__).with_name("alembic.ini")), "head")
        return asyncio.run(fill(app))
    except (CommandError, ImportError, OSError, SeederFailed, SQLAlchemyError, ValueError) as error:
        sys.exit(f"The database cannot be used: {error}\nCheck FTF_DATABASE_URL, or unset it.")


async def fill(app: FastTrackFramework) -> list[Call]:
    """Seed the database, and choose calls that its records can answer."""
    async with app.container:
        await run_seeders(app.container, [BlogSeeder, AccountSeeder], environment="local")
        async with app.container.scoped_context() as scope:
            return await tour(await scope.aresolve(AsyncSession))


async def demonstrate(
    app: FastTrackFramework, calls: list[Call], listener: socket, *, check: bool
) -> None:
    """Serve the blog until it is stopped, or until every call was made."""
    base_url = f"http://{HOST}:{listener.getsockname()[1]}"
    print(f"The blog answers on {base_url}, its documentation on {base_url}/docs.")
    print(f"admin@, author@ and reader@example.com log in by {PASSWORD!r}. Try:\n")
    print(*(call.curl(base_url) for call in calls), sep="\n")
    server = Server(ServerConfig(app, log_level="warning"))
    serving = asyncio.create_task(server.serve([listener]))
    try:
        await (make(calls, base_url) if check else serving)
    finally:
        server.should_exit = True
        await serving


async def make(calls: list[Call], base_url: str) -> None:
    """Make every call and print its answer; one with another status ends the program."""
    tokens: dict[str, str] = {}
    async with AsyncClient(base_url=base_url, timeout=30) as client:
        for call in calls:
            sent = {"authorization": f"Bearer {tokens[call.by]}"} if call.by else {}
            answer = await client.request(call.method, call.path, json=call.body, headers=sent)
            print(f"\n$ {call.curl(base_url)}\n{answer.status_code} {answer.text}")
            for name in call.show:
                print(f"{name}: {answer.headers.get(name, '-')}")
            if answer.status_code != call.status:
                sys.exit(f"Expected {call.status}.")
            if call.keep:
                tokens[call.keep] = answer.json()["access_token"]
    print(f"\nAll {len(calls)} calls were answered as they should be.")


if __name__ == "__main__":
    main()
