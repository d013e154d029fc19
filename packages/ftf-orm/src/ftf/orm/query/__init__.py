"""Queries for the records of a model."""

from ._builder import PaginatedQuery, QueryBuilder
from ._eager import RelationPath, check_relation, steps
from ._keys import possible_keys, refuse_other_type
from ._page import Page
from ._related import belongs_to
from ._relations import RelationTo

__all__ = [
    "Page",
    "PaginatedQuery",
    "QueryBuilder",
    "RelationPath",
    "RelationTo",
    "belongs_to",
    "check_relation",
    "possible_keys",
    "refuse_other_type",
    "steps",
]
