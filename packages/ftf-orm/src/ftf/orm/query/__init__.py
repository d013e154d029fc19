"""The query builder: steps that return a new query, and terminals that run it."""

from ._builder import PaginatedQuery, QueryBuilder
from ._page import CursorPage, Page, SimplePage
from .statement._base import applied
from .statement._clauses import NO_CLAUSES, Clauses
from .statement._expressions import Condition, element, is_among, key_of
from .statement._key_types import can_have, possible_keys, refuse_other_type
from .statement._membership import is_one_of
from .statement._subquery import belongs_to
from .statement._values import Key, Values, columns_of, equal_to, named, next_version
from .statement.loads._declared_loads import declared_relations, without_declared
from .statement.loads._join_condition import constants
from .statement.loads._relation_path import RelationPath, check_relation, related, steps
from .steps._related_records import Narrow, RelationTo
from .terminals._loaded_records import read_again

__all__ = [
    "NO_CLAUSES",
    "Clauses",
    "Condition",
    "CursorPage",
    "Key",
    "Narrow",
    "Page",
    "PaginatedQuery",
    "QueryBuilder",
    "RelationPath",
    "RelationTo",
    "SimplePage",
    "Values",
    "applied",
    "belongs_to",
    "can_have",
    "check_relation",
    "columns_of",
    "constants",
    "declared_relations",
    "element",
    "equal_to",
    "is_among",
    "is_one_of",
    "key_of",
    "named",
    "next_version",
    "possible_keys",
    "read_again",
    "refuse_other_type",
    "related",
    "steps",
    "without_declared",
]
