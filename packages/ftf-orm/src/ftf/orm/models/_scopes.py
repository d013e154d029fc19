"""`__scopes__`: the conditions, by name, that hide records of a model from its queries."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from sqlalchemy import ColumnExpressionArgument
from sqlalchemy.orm import DeclarativeBase, Mapper

type ScopeFunction = Callable[..., ColumnExpressionArgument[bool]]

_FUNCTIONS = "ftf.orm.scopes"  # in ClassManager.info


class Scope(NamedTuple):
    """A condition that hides records.

    Args:
        name: The name that lifts it.
        condition: The condition that records have to meet.
    """

    name: str
    condition: ColumnExpressionArgument[bool]


def scopes_of(mapper: Mapper[Any], entity: object = None) -> tuple[Scope, ...]:
    """Return the scopes of a model, evaluated now, so that one can depend on the current request.

    Args:
        mapper: The mapper of the model.
        entity: The model, or an alias of it, whose columns the conditions use.

    Raises:
        TypeError: A function returns a Python value, as of `user.age is None`.
    """
    functions = scope_functions(mapper)
    if not functions:
        return ()
    entity = mapper.class_ if entity is None else entity
    found = tuple(Scope(name, condition(entity)) for name, condition in functions.items())
    for name, condition in found:
        returned: object = condition
        if returned is None or isinstance(returned, bool):
            raise TypeError(
                f"the scope {name!r} of {mapper.class_.__name__} must return a SQL expression, not "
                f"{returned}: write column.is_(None) for `is None`, and & | ~ for `and` `or` `not`"
            )
    return found


def scope_functions(mapper: Mapper[Any]) -> Mapping[str, ScopeFunction]:
    """Return the functions that make the conditions of a model, its own and inherited ones.

    Raises:
        TypeError: One is not a function.
    """
    info = mapper.class_manager.info
    found: Mapping[str, ScopeFunction] | None = info.get(_FUNCTIONS)
    if found is None:
        found = info[_FUNCTIONS] = _collected(mapper.class_)
    return found


def keep_without_hidden(mapper: Mapper[Any], _: type) -> None:
    """Make eager loads keep a record whose related one a scope hides: no join is an inner one."""
    for relation in mapper.relationships:
        if relation.innerjoin and scope_functions(relation.mapper):
            relation.innerjoin = False


def _collected(model: type[DeclarativeBase]) -> Mapping[str, ScopeFunction]:
    found: dict[str, ScopeFunction] = {}
    for base in reversed(model.__mro__):
        found |= vars(base).get("__scopes__", {})
    for name, condition in found.items():
        if not callable(condition):
            raise TypeError(
                f"the scope {name!r} of {model.__name__} must be a function that takes the model "
                f'and returns a condition, as in __scopes__ = {{"adult": lambda user: user.age >= '
                f"18}}, not {condition!r}"
            )
    return found
