"""Relationships that models declare to be eager loaded, as by `lazy="selectin"`, within scopes."""

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from sqlalchemy.orm import Load, Mapper, QueryableAttribute
from sqlalchemy.sql.base import ExecutableOption

from ...models._scopes import scope_functions
from ._scoped_relation import Lifted, within_scopes

type Path = tuple[QueryableAttribute[Any], ...]

_PATHS = "ftf.orm.declared"  # in ClassManager.info
_STRATEGIES = {
    "joined": "joinedload",
    False: "joinedload",
    "selectin": "selectinload",
    "subquery": "subqueryload",
    "immediate": "immediateload",
}


def declared_loads(
    mapper: Mapper[Any], options: Collection[ExecutableOption], lifted: Lifted
) -> Iterator[Load]:
    """Yield options for the declared eager loads that lead to models with scopes.

    Args:
        mapper: The mapper of the query.
        options: The options for other eager loads, which have declared ones behind them.
        lifted: The models and scopes to leave out.
    """
    if not (options or _declared(mapper)):
        return
    explicit = {path: None for option in options for path in _explicit(option)}
    for before in ((), *explicit):
        target = before[-1].property.mapper if before else mapper
        known = {mapper, *(step.property.mapper for step in before)}
        for path in _declared(target):
            steps = [(*before, *path[: number + 1]) for number in range(len(path))]
            if explicit.keys().isdisjoint(steps) and not _leads_back(path, known):
                yield _option(before, path, lifted)


def _explicit(option: Any) -> Iterator[Path]:  # noqa: ANN401  # SQLAlchemy's type has no attributes
    """Yield the paths of a loader option."""
    for element in option.context:
        entities, relations = element.path[::2], element.path[1::2]
        yield tuple(
            getattr(entity.entity, relation.key)
            for entity, relation in zip(entities, relations, strict=False)
        )


def _declared(mapper: Mapper[Any]) -> Iterable[Path]:
    info = mapper.class_manager.info
    if _PATHS not in info:
        found = _paths(mapper, ())
        info[_PATHS] = [path for path in found if scope_functions(path[-1].property.mapper)]
    paths: Iterable[Path] = info[_PATHS]
    return paths


def _paths(mapper: Mapper[Any], before: Path) -> Iterator[Path]:
    """Yield the paths along which SQLAlchemy loads records that nothing asks for."""
    for owner in {mapper: None, **dict.fromkeys(mapper.with_polymorphic_mappers)}:
        for relation in owner.relationships:
            inherited = owner is not mapper and relation.parent is not owner
            if relation.lazy not in _STRATEGIES or inherited:
                continue
            path = (*before, getattr(owner.class_, relation.key))
            known = {mapper, *(step.parent.mapper for step in before)}
            too_deep = relation.join_depth and len(path) > relation.join_depth
            if not (too_deep or _leads_back(path[-1:], known)):
                yield path
                yield from _paths(relation.mapper, path)


def _leads_back(path: Path, known: set[Mapper[Any]]) -> bool:
    """Return whether SQLAlchemy stops on the path, at a mapper that it has passed already."""
    return any(step.property.mapper in known and not step.property.join_depth for step in path)


def _option(before: Path, path: Path, lifted: Lifted) -> Load:
    load = Load((before or path)[0].parent.class_)
    for step in before:
        load = load.defaultload(step)
    for step in path:
        load = getattr(load, _STRATEGIES[step.property.lazy])(within_scopes(step, lifted))
    return load
