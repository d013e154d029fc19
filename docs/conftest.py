"""Runs every Python fence of the documentation."""

import os

from sqlalchemy import MetaData
from sqlalchemy.orm import registry
from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser

from ftf import orm


def begin(names: dict[str, object]) -> None:
    """Let the fences of a page define models of their own, as a reader's program does."""

    class Base(orm.Base):
        __abstract__ = True
        metadata = MetaData(naming_convention=orm.Base.metadata.naming_convention)
        registry = registry()

    names |= {"__name__": "page", "__base__": orm.Base, "__environ__": dict(os.environ)}
    orm.Base = Base


def end(names: dict[str, object]) -> None:
    """Give the examples their base again, and the process its variables."""
    orm.Base = names["__base__"]
    os.environ.clear()
    os.environ.update(names["__environ__"])


pytest_collect_file = Sybil(
    parsers=[PythonCodeBlockParser()], patterns=["*.md"], setup=begin, teardown=end
).pytest()
