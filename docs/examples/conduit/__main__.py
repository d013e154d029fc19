"""Migrate the database and serve Conduit."""

from argparse import ArgumentParser
from pathlib import Path

import uvicorn
from alembic import command
from alembic.config import Config

from .app import create_app


def main() -> None:
    """Do what the command line says."""
    parser = ArgumentParser(prog="python -m conduit", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="where to listen")
    parser.add_argument("--port", type=int, default=8000, help="where to listen (default: 8000)")
    options = parser.parse_args()
    command.upgrade(Config(Path(__file__).with_name("alembic.ini")), "head")
    uvicorn.run(create_app(), host=options.host, port=options.port, log_level="warning")


if __name__ == "__main__":
    main()
