"""`Criteria`: what the parameters of one request ask for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from operator import methodcaller
from typing import Any, cast

from sqlalchemy import ColumnElement, SQLColumnExpression, inspect
from sqlalchemy.orm import DeclarativeBase

from .._builder import QueryBuilder
from ..statement._base import applied
from ._filter import Include
from ._steps import ALL_SEEN, Along, Seen, Step


@dataclass(frozen=True, slots=True)
class Criteria[M: DeclarativeBase]:
    """What the parameters of one request ask for, each of which the filter set allows.

    Args:
        model: The model of the records.
        filters: The values of filters by parameter, of `in` a tuple.
        sorts: The names of the order, a minus before those that descend.
        words: The words to search for.
        includes: The includes.
        page: The number of the page, from 1.
        per_page: The size of a page.
        cursor: The cursor of the page, or None for the first one.
        cost: What all of it costs, of `Limits.cost`.
        conditions: The conditions that the filters and the search have become.
        steps: The steps that other filters have become.
        order: The columns of the order.
    """

    model: type[M]
    per_page: int
    filters: Mapping[str, object] = field(default_factory=dict)
    sorts: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    includes: tuple[Include, ...] = ()
    page: int = 1
    cursor: str | None = None
    cost: int = 0
    conditions: tuple[ColumnElement[bool], ...] = field(default=(), repr=False, compare=False)
    steps: tuple[Step[M], ...] = field(default=(), repr=False, compare=False)
    order: tuple[SQLColumnExpression[object], ...] = field(default=(), repr=False, compare=False)

    @property
    def related_models(self) -> frozenset[type[DeclarativeBase]]:
        """The models whose records the filters ask about through relationships."""
        steps = (step for step in self.steps if isinstance(step, Along))
        return frozenset(model for step in steps for model in step.models)

    def apply(self, query: QueryBuilder[M], seen: Seen = ALL_SEEN) -> QueryBuilder[M]:
        """Return a query with the conditions, the order and the eager loads of the includes.

        What the query keeps so far is never widened. The order replaces that of the query, if one
        is asked for or is the default. Includes with a limit are not loaded, but read by `related`.

        Args:
            query: The query.
            seen: Queries for the related records that may be seen, by model: filters through a
                relationship ask about no others.

        Raises:
            TypeError: The query is for another model, or the function of a `CustomFilter` does not
                return its query with a step.
        """
        return self.applied(query, seen)

    def applied[Q](self, query: Q, seen: Seen = ALL_SEEN) -> Q:
        """Return what `apply` returns, as a query of the same class."""
        if not isinstance(query, QueryBuilder) or query.model is not self.model:
            raise TypeError(f"these criteria are for {self.model.__name__}, not for {query!r}")
        before = query.clauses
        order = self.order or before.order
        if not (order or before.groups):
            order = inspect(query.model).primary_key
        clauses = before._replace(conditions=(*before.conditions, *self.conditions), order=order)
        found: QueryBuilder[Any] = query._with(clauses)  # noqa: SLF001  # of this package
        for step in self.steps:
            found = applied(partial(step, seen), found)
        for include in self.includes:
            found = found if include.limit is not None else found.with_(include.path)
        return cast("Q", found)

    async def related(
        self, query: QueryBuilder[M], records: Sequence[M]
    ) -> dict[str, list[list[DeclarativeBase]]]:
        """Return the includes with a limit, of each record in turn, with one SELECT each.

        They are not set on the records, so that no flush takes the others for removed.

        Args:
            query: A query of the records' model in their session.
            records: The records, such as those of a page.
        """
        limited = [include for include in self.includes if include.limit is not None]
        found = {}
        for name in dict.fromkeys(include.path[0].key for include in limited):
            asked = [include for include in limited if include.path[0].key == name]
            further = [include.path[1:] for include in asked if include.path[1:]]
            first: Any = asked[0].path[0]
            most = max(include.limit or 0 for include in asked)
            with_further = methodcaller("with_", *further)
            found[name] = await query.related(records, first, limit=most, narrow=with_further)
        return found
