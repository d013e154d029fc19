"""The script `ftf`."""

import sys


def main() -> None:
    """Run the command line of this process, and end it with the exit code."""
    try:
        import click  # noqa: F401  # the extra `cli`
    except ModuleNotFoundError:
        sys.stderr.write("The command ftf needs click: pip install 'ftf-container[cli]'\n")
        sys.exit(1)
    from ._program import run

    sys.exit(run(sys.argv[1:]))
