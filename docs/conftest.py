"""Runs every Python fence of the documentation."""

from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser


def begin(names: dict[str, object]) -> None:
    """Let the fences of a page define classes of a module, as a reader's program does."""
    names["__name__"] = "page"


pytest_collect_file = Sybil(
    parsers=[PythonCodeBlockParser()], patterns=["*.md"], setup=begin
).pytest()
