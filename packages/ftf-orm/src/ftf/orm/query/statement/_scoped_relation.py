"""Relationships within the scopes of the model that they lead to."""

from typing import Any, cast

from sqlalchemy.orm import QueryableAttribute

from ...models._scopes import scope_functions, scopes_of

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
        scope.condition
        for scope in scopes_of(target.mapper, target.entity)
        if not _is_lifted(target.mapper.class_, scope.name, lifted)
    ]
    # SQLAlchemy types `User.posts.and_(...)` as a bool.
    scoped = relation.and_(*conditions) if conditions else relation
    return cast("QueryableAttribute[Any]", scoped)


def is_partial(relation: QueryableAttribute[Any]) -> bool:
    """Return whether a load of a relationship can leave out related records."""
    target = relation._of_type or relation.property.entity  # noqa: SLF001  # has no public name
    return bool(relation._extra_criteria or scope_functions(target.mapper))  # noqa: SLF001  # what and_() added


def _is_lifted(model: type, name: str, lifted: Lifted) -> bool:
    return any(name == scope and issubclass(model, base) for base, scope in lifted)
