"""The query builder: steps that return a new query, and terminals that run it."""

from ._builder import PaginatedQuery, QueryBuilder
from ._page import Page
from .statement._clauses import NO_CLAUSES, Clauses
from .statement._key_types import possible_keys, refuse_other_type
from .statement._membership import is_one_of
from .statement._relation_path import RelationPath, check_relation, steps
from .statement._subquery import belongs_to
from .statement._values import Key, Values, columns_of, equal_to, named
from .steps._related_records import RelationTo

__all__ = [
    "NO_CLAUSES",
    "Clauses",
    "Key",
    "Page",
    "PaginatedQuery",
    "QueryBuilder",
    "RelationPath",
    "RelationTo",
    "Values",
    "belongs_to",
    "check_relation",
    "columns_of",
    "equal_to",
    "is_one_of",
    "named",
    "possible_keys",
    "refuse_other_type",
    "steps",
]
