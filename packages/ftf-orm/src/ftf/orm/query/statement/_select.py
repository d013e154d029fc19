"""The parts of a SELECT that the clauses of a query become."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Mapper

from ._clauses import Clauses
from ._expressions import Condition, is_among, sources
from ._join import Join
from .loads._scoped_relation import within_scopes


def with_rows[*Row](clauses: Clauses, statement: "Select[*Row]") -> "Select[*Row]":
    """Return a statement with one row for each combination of the joins, or for each group.

    Raises:
        ValueError: There are conditions for groups, but no groups.
    """
    if clauses.having and not clauses.groups:
        raise ValueError("having() needs groups: add group_by(), or use has(relation, ...)")
    statement = _joined(clauses, clauses.joins, statement)
    statement = statement.where(*clauses.criteria) if clauses.criteria else statement
    statement = statement.group_by(*clauses.groups) if clauses.groups else statement
    return statement.having(*clauses.having) if clauses.having else statement


def with_records[*Row, M](
    clauses: Clauses, statement: "Select[*Row]", mapper: Mapper[M]
) -> "Select[*Row]":
    """Return a statement with one row for each record, however many matches a join has."""
    if not clauses.multiplies:
        return with_rows(clauses, statement)
    single = [join for join in clauses.joins if not join.multiplies]
    return _joined(clauses, single, statement).where(_among(clauses, mapper))


def about_model[M](clauses: Clauses, mapper: Mapper[M]) -> tuple[Condition, ...]:
    """Return all conditions as conditions on the model alone."""
    one_table = not (clauses.joins or clauses.groups or clauses.having)
    return clauses.criteria if one_table else (_among(clauses, mapper),)


def with_page[*Row](clauses: Clauses, statement: "Select[*Row]", model: type) -> "Select[*Row]":
    """Return a statement with order, limit, offset and lock."""
    statement = statement.order_by(*clauses.order) if clauses.order else statement
    statement = statement if clauses.limit is None else statement.limit(clauses.limit)
    statement = statement.offset(clauses.offset) if clauses.offset else statement
    if clauses.lock is None:
        return statement
    if clauses.groups or clauses.distinct:
        raise ValueError("neither groups nor distinct values can be locked: leave those out")
    # OF the model: PostgreSQL refuses to lock the nullable side of an outer join.
    return statement.with_for_update(
        skip_locked=clauses.lock.skip_locked, nowait=clauses.lock.nowait, of=model
    )


def refuse_open_order(clauses: Clauses) -> None:
    """Raise if records are sorted by a column that a join multiplies.

    Raises:
        ValueError: The order is by a column that a join multiplies.
    """
    if not clauses.multiplies:
        return
    open_ones = {source for join in clauses.joins if join.multiplies for source in join.sources}
    for column in clauses.order:
        if open_ones.intersection(sources(column)):
            raise ValueError(
                f"a record has several {column}: sort by one of them, such as the greatest: "
                '.with_max(relation, column, alias="x").order_by("x", "desc")'
            )


def matching_keys[M](clauses: Clauses, mapper: Mapper[M]) -> "Select[*tuple[Any, ...]]":
    """Return a SELECT of the primary keys of all records that meet the conditions."""
    found = with_rows(clauses, select(*mapper.primary_key).select_from(mapper))
    # correlate(None): it selects from the model's table itself, not from the outer row.
    return found.correlate(None)


def _joined[*Row](
    clauses: Clauses, joins: Iterable[Join], statement: "Select[*Row]"
) -> "Select[*Row]":
    """Return a statement with joins, within the scopes of their models."""
    for join in joins:
        relation = within_scopes(join.relation, clauses.lifted)
        statement = statement.join(relation, isouter=join.outer)
    return statement


def _among[M](clauses: Clauses, mapper: Mapper[M]) -> ColumnElement[bool]:
    return is_among(mapper.primary_key, matching_keys(clauses, mapper))
