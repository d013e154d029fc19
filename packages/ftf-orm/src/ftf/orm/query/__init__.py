"""Queries for the records of a model."""

from ._builder import PaginatedQuery, QueryBuilder
from ._eager import RelationPath, steps
from ._page import Page
from ._relations import RelationTo

__all__ = ["Page", "PaginatedQuery", "QueryBuilder", "RelationPath", "RelationTo", "steps"]
