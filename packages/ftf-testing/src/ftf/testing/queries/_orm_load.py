"""The queries that the ORM runs by itself: lazy loads, eager loads and refreshes."""

from dataclasses import dataclass, replace
from enum import Enum
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Self, cast

from .._mapper import mapper_of

if TYPE_CHECKING:
    from sqlalchemy import Compiled, Executable
    from sqlalchemy.orm import ORMExecuteState

# The parameter of selectin_polymorphic(), whose queries have no path.
_KEYS_OF_RECORDS = "primary_keys"


class Loading(Enum):
    """The reason why the ORM runs a query by itself."""

    LAZY = "lazy load"
    EAGER = "eager load"
    REFRESH = "refresh"


@dataclass(frozen=True, slots=True)
class OrmLoad:
    """A load of the ORM.

    Args:
        loading: The reason.
        root: The model that is loaded, or where the path begins.
        path: The relationships to the loaded records, each as `Post.author`.
        target: The model of the last relationship.
    """

    loading: Loading
    root: type
    path: tuple[str, ...] = ()
    target: type | None = None

    @property
    def name(self) -> str:
        """The relationship with its model, or the model alone."""
        return self.path[-1] if self.path else self.root.__name__

    def leads_to(self, model: type) -> bool:
        """Return whether the loaded records can be instances of a model."""
        target = self.target
        return target is not None and (issubclass(model, target) or issubclass(target, model))

    def then(self, load: Self) -> Self:
        """Return this load, continued along the path of another."""
        *path, last = self.path
        path += [_narrowed(last, self.target, load.root), *load.path]
        return replace(load, root=self.root, path=tuple(path))

    def __str__(self) -> str:
        return f"{self.loading.value} of {self.name}"


def orm_load(compiled: "Compiled", *, is_lazy: bool) -> OrmLoad | None:
    """Return the load of the ORM that a statement is, or None."""
    statement = compiled.statement
    if not getattr(statement, "is_select", False):  # only a SELECT has the state
        return None
    state = _state(cast("Executable", statement))
    path = state.loader_strategy_path
    if path is not None and not path.is_root:
        return _along(Loading.LAZY if is_lazy else Loading.EAGER, path.path)
    if path is None:
        return None
    columns = cast("Any", statement).column_descriptions
    if state.is_column_load:
        return OrmLoad(Loading.REFRESH, columns[0]["entity"])
    if _KEYS_OF_RECORDS in compiled.params and _is_subclass(columns[0]["entity"]):
        return OrmLoad(Loading.EAGER, columns[0]["entity"])
    return None


def _is_subclass(entity: object) -> bool:
    return isinstance(entity, type) and mapper_of(entity).inherits is not None


def _state(statement: "Executable") -> "ORMExecuteState":
    """Return the state that listeners of `do_orm_execute` get.

    A listener itself would make sessions compile each statement twice.
    """
    from sqlalchemy.orm import ORMExecuteState

    # loader_strategy_path and is_column_load only read the options of the statement.
    unknown, none = cast("Any", None), cast("Any", {})
    return ORMExecuteState(unknown, statement, None, none, {}, None, [])


def _along(loading: Loading, path: tuple[object, ...]) -> OrmLoad:
    from sqlalchemy.orm import RelationshipProperty  # heavy

    steps = [step for step in path if isinstance(step, RelationshipProperty)]
    names = [f"{step.parent.class_.__name__}.{step.key}" for step in steps]
    for index, (step, following) in enumerate(pairwise(steps)):
        names[index] = _narrowed(names[index], step.mapper.class_, following.parent.class_)
    return OrmLoad(loading, steps[0].parent.class_, tuple(names), steps[-1].mapper.class_)


def _narrowed(relation: str, target: type | None, model: type) -> str:
    """Return the name of a relationship, with `of_type` if the next one is of a subclass."""
    is_narrower = target is not None and target is not model and issubclass(model, target)
    return f"{relation}.of_type({model.__name__})" if is_narrower else relation
