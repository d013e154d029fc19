"""Create the migrations folder of a project: `python -m ftf.orm.migrations app.models`."""

import sys
from argparse import ArgumentParser
from pathlib import Path

from ..exceptions import MigrationError
from ._scaffold import scaffold


def main(arguments: list[str] | None = None) -> None:
    """Run the command line."""
    parser = ArgumentParser(prog="python -m ftf.orm.migrations", description=__doc__)
    parser.add_argument("models", help="the module or package with the models, such as app.models")
    parser.add_argument("--directory", type=Path, default=Path(), help="where (default: here)")
    options = parser.parse_args(arguments)
    try:
        written = scaffold(options.models, options.directory)
    except MigrationError as error:
        sys.exit(str(error))
    print(*(f"Wrote {path}" for path in written), sep="\n")  # noqa: T201  # the output of a program
    print('Next: alembic revision --autogenerate -m "first" && alembic upgrade head')  # noqa: T201


if __name__ == "__main__":
    main()
