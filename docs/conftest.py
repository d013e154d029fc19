"""Runs every Python fence of the documentation."""

from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser


def begin(names: dict[str, object]) -> None:
    """Let the fences of a page define classes of a module, as a reader's program does."""
    names["__name__"] = "page"


def end(names: dict[str, object]) -> None:
    """Remove the tables of a page, which migrations of the examples would take for theirs."""
    for value in names.values():
        table = getattr(value, "__table__", None)
        if table is not None and getattr(value, "__module__", "") == "page":
            table.metadata.remove(table)


pytest_collect_file = Sybil(
    parsers=[PythonCodeBlockParser()], patterns=["*.md"], setup=begin, teardown=end
).pytest()
