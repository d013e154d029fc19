"""`EagerLoad`: a path of relationships that a query loads, and the options of all of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

from sqlalchemy.orm import Load, QueryableAttribute

from ._relation_path import Path, is_part
from ._scoped_relation import Lifted, within_scopes

type Names = tuple[str, ...]
type Strategy = Literal["joinedload", "selectinload"]


class Step(NamedTuple):
    """How one relationship of a path is loaded."""

    relation: QueryableAttribute[Any]
    strategy: Strategy
    columns: tuple[QueryableAttribute[Any], ...] = ()


@dataclass(frozen=True, slots=True)
class EagerLoad:
    """A path of relationships that a query loads.

    Args:
        path: The relationships.
        strategy: How they are loaded, unless another load names one of them itself.
        columns: The columns at the end of the path that are loaded although they are deferred.
    """

    path: Path
    strategy: Strategy
    columns: tuple[QueryableAttribute[Any], ...] = ()

    def below(self, names: Names) -> "EagerLoad | None":
        """Return the rest of a path that begins with relationships, if it does."""
        known = tuple(step.key for step in self.path[: len(names)])
        further = self.path[len(names) :]
        return replace(self, path=further) if known == names and further else None


def tree(loads: Iterable[EagerLoad]) -> dict[Names, Step]:
    """Return how each relationship of paths is loaded, by the names that lead to it.

    A part of a relationship takes the place of the whole, also in paths through it.
    """
    found: dict[Names, Step] = {}
    for load in loads:
        names: Names = ()
        for relation in load.path:
            names = (*names, relation.key)
            step = found.setdefault(names, Step(relation, load.strategy))
            if is_part(relation) or not is_part(step.relation):
                step = step._replace(relation=relation)
            found[names] = step
        step = found[names]
        # Columns do not say how their records are loaded.
        strategy = step.strategy if load.columns else load.strategy
        found[names] = step._replace(strategy=strategy, columns=(*step.columns, *load.columns))
    return found


def options(model: type, steps: Mapping[Names, Step], lifted: Lifted) -> list[Load]:
    """Return the loader options of a tree, within the scopes that are not lifted."""
    inner = {names[:-1] for names in steps}
    return [_option(model, names, steps, lifted) for names in steps if names not in inner]


def _option(model: type, names: Names, steps: Mapping[Names, Step], lifted: Lifted) -> Load:
    load: Any = Load(model)
    for end in range(1, len(names) + 1):
        step = steps[names[:end]]
        load = getattr(load, step.strategy)(within_scopes(step.relation, lifted))
        for column in step.columns:
            load = load.undefer(column)
    found: Load = load
    return found
