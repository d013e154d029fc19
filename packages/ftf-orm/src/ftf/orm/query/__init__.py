"""Queries for the records of a model."""

from ._builder import PaginatedQuery, QueryBuilder
from ._clauses import NO_CLAUSES, Clauses
from ._eager import RelationPath, check_relation, steps
from ._keys import possible_keys, refuse_other_type
from ._membership import is_one_of
from ._page import Page
from ._related import belongs_to
from ._relations import RelationTo

__all__ = [
    "NO_CLAUSES",
    "Clauses",
    "Page",
    "PaginatedQuery",
    "QueryBuilder",
    "RelationPath",
    "RelationTo",
    "belongs_to",
    "check_relation",
    "is_one_of",
    "possible_keys",
    "refuse_other_type",
    "steps",
]
