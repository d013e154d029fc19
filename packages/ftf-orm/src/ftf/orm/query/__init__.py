"""Queries for the records of a model."""

from ._builder import PaginatedQuery, QueryBuilder
from ._eager import Relation, steps
from ._page import Page

__all__ = ["Page", "PaginatedQuery", "QueryBuilder", "Relation", "steps"]
