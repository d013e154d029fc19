"""Queries for the records of a model."""

from ._builder import QueryBuilder
from ._page import Page

__all__ = ["Page", "QueryBuilder"]
