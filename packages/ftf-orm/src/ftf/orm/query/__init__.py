"""The query builder: steps that return a new query, and terminals that run it."""

from ._builder import PaginatedQuery, QueryBuilder
from ._page import Page
from .statement._clauses import NO_CLAUSES, Clauses
from .statement._expressions import is_among, key_of
from .statement._key_types import possible_keys, refuse_other_type
from .statement._membership import is_one_of
from .statement._relation_path import RelationPath, check_relation, steps
from .statement._subquery import belongs_to
from .steps._related_records import RelationTo

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
    "is_among",
    "is_one_of",
    "key_of",
    "possible_keys",
    "refuse_other_type",
    "steps",
]
