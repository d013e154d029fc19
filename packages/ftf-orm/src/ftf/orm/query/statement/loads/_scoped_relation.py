"""Relationships within the scopes of the model that they lead to."""

from typing import Any, cast

from sqlalchemy import ColumnElement, inspect, select
from sqlalchemy.orm import Mapper, QueryableAttribute, aliased
from sqlalchemy.orm.util import AliasedInsp

from ....models._scopes import Scope, scope_functions, scopes_of
from .._expressions import has_subquery, is_among, key_of

type Lifted = tuple[tuple[type, str], ...]
"""Models, and the names of their scopes that are left out."""


def within_scopes(
    relation: QueryableAttribute[Any], lifted: Lifted = ()
) -> QueryableAttribute[Any]:
    """Return a relationship with the scopes of its model as conditions, if that has scopes.

    Args:
        relation: The relationship.
        lifted: The models and scopes to leave out.
    """
    target = relation._of_type or relation.property.entity  # noqa: SLF001  # has no public name
    conditions = [
        _among_others(target, scope) if has_subquery(scope.condition) else scope.condition
        for scope in scopes_of(target.mapper, target.entity)
        if not _is_lifted(target.mapper.class_, scope.name, lifted)
    ]
    # SQLAlchemy types `User.posts.and_(...)` as a bool.
    scoped = relation.and_(*conditions) if conditions else relation
    return cast("QueryableAttribute[Any]", scoped)


def _among_others(target: Mapper[Any] | AliasedInsp[Any], scope: Scope) -> ColumnElement[bool]:
    """Return the condition that a scope finds the record's key.

    A joined eager load selects from an alias of the model, which SQLAlchemy does not put into
    `any()` and `has()`: they would be about another record.
    """
    other = inspect(aliased(target.mapper.class_))
    (condition,) = (
        found.condition
        for found in scopes_of(target.mapper, other.entity)
        if found.name == scope.name
    )
    return is_among(key_of(target), select(*key_of(other)).where(condition).correlate(None))


def is_partial(relation: QueryableAttribute[Any]) -> bool:
    """Return whether a load of a relationship can leave out related records."""
    target = relation._of_type or relation.property.entity  # noqa: SLF001  # has no public name
    return bool(relation._extra_criteria or scope_functions(target.mapper))  # noqa: SLF001  # what and_() added


def _is_lifted(model: type, name: str, lifted: Lifted) -> bool:
    return any(name == scope and issubclass(model, base) for base, scope in lifted)
