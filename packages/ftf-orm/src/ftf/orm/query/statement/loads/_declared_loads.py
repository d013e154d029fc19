"""Relationships that models declare to be eager loaded, as by `lazy="selectin"`, within scopes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Load, Mapper, QueryableAttribute

from ....models._scopes import scope_functions
from ._eager_load import EagerLoad, Names, Step, tree
from ._eager_load import options as explicit_options
from ._relation_path import target
from ._scoped_relation import Lifted, within_scopes

type Path = tuple[QueryableAttribute[Any], ...]

_PATHS = "ftf.orm.declared"  # in ClassManager.info
# immediateload() ignores conditions.
_STRATEGIES = {
    "joined": "joinedload",
    False: "joinedload",
    "selectin": "selectinload",
    "subquery": "subqueryload",
    "immediate": "selectinload",
}


def options(mapper: Mapper[Any], loads: Iterable[EagerLoad], lifted: Lifted) -> list[Load]:
    """Return the loader options of eager loads, and of declared ones that lead to scopes.

    Args:
        mapper: The mapper of the query.
        loads: The eager loads, which have declared ones behind them.
        lifted: The models and scopes to leave out.
    """
    steps = tree(loads)
    declared = [_option(before, path, lifted) for before, path in declared_paths(mapper, steps)]
    return [*declared, *explicit_options(mapper.class_, steps, lifted)]


def declared_paths(mapper: Mapper[Any], steps: Mapping[Names, Step]) -> Iterator[tuple[Path, Path]]:
    """Yield the declared eager loads that lead to models with scopes, each behind another path."""
    if not (steps or leads_to_scopes(mapper)):
        return
    explicit = {path: None for names in steps if (path := _path(mapper, names, steps))}
    for before in ((), *explicit):
        start = before[-1].property.mapper if before else mapper
        known = {mapper, *(step.property.mapper for step in before)}
        for path in _declared(start):
            ways = [(*before, *path[: number + 1]) for number in range(len(path))]
            if explicit.keys().isdisjoint(ways) and not _leads_back(path, known):
                yield before, path


def declared_relations(mapper: Mapper[Any]) -> Path:
    """Return the relationships of a model whose declared eager loads lead to models with scopes."""
    first = dict.fromkeys(path[0] for path in _declared(mapper))
    return tuple(relation for relation in first if mapper.isa(relation.parent.mapper))


def without_declared(mapper: Mapper[Any]) -> list[Load]:
    """Return options that leave these relationships out.

    For an INSERT, whose eager loads SQLAlchemy 2.0 cannot load with conditions.
    """
    return [Load(mapper.class_).lazyload(relation) for relation in declared_relations(mapper)]


def leads_to_scopes(mapper: Mapper[Any]) -> bool:
    """Return whether a model has declared eager loads that lead to models with scopes."""
    return bool(_declared(mapper))


def _path(mapper: Mapper[Any], names: Names, steps: Mapping[Names, Step]) -> Path:
    """Return the relationships along names, without their conditions."""
    path: Path = ()
    for end, name in enumerate(names, 1):
        path = (*path, getattr(mapper.class_, name))
        mapper = target(steps[names[:end]].relation)
    return path


def _declared(mapper: Mapper[Any]) -> Sequence[Path]:
    info = mapper.class_manager.info
    if _PATHS not in info:
        found = _paths(mapper, ())
        info[_PATHS] = [path for path in found if scope_functions(path[-1].property.mapper)]
    paths: Sequence[Path] = info[_PATHS]
    return paths


def _paths(mapper: Mapper[Any], before: Path) -> Iterator[Path]:
    """Yield the paths along which SQLAlchemy loads records that nothing asks for."""
    for owner in _loaded_mappers(mapper):
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


def _loaded_mappers(mapper: Mapper[Any]) -> Iterator[Mapper[Any]]:
    """Yield the mappers whose columns and relationships a query for one of them loads."""
    for part in mapper.self_and_descendants:
        further = part in mapper.with_polymorphic_mappers or part.polymorphic_load == "selectin"
        if part is mapper or further:
            yield part


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
