"""Declarations of a filter set: checked, and made into what it offers."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, tzinfo
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, inspect
from sqlalchemy.orm import DeclarativeBase

from ..statement._expressions import element, sources
from ._filter import CustomFilter, Filter, Include, Sort, name_of
from ._kinds import TRUTHS, Kind, kind_of, kind_of_values
from ._limits import DEFAULT_LIMITS, Limits
from ._offers import ColumnOffer, CustomOffer
from ._operators import OPERATORS


def column_offers(declared: Filter, limits: Limits, zone: tzinfo) -> Iterator[ColumnOffer]:
    """Yield an offer for each operator of a filter.

    Raises:
        TypeError: The column has a type whose values have no text.
        ValueError: An operator is not one for the column.
    """
    column: ColumnElement[Any] = element(declared.column)
    kind = kind_of(column.type, limits, zone)
    if kind is None:
        raise TypeError(
            f"{declared.column} has the type {column.type!r}, whose values have no text in a query "
            "string: use a CustomFilter"
        )
    for name in dict.fromkeys(declared.operators):
        _refuse_operator(declared, name, kind, column)
        operator = OPERATORS[name]
        read = kind if name != "null" else TRUTHS
        yield ColumnOffer(declared, operator, read, operator.make(column), limits)


def custom_offer(declared: CustomFilter[Any], limits: Limits, zone: tzinfo) -> CustomOffer:
    """Return the offer of a filter by a function.

    Raises:
        TypeError: The values of its type have no text.
    """
    kind = kind_of_values(declared.kind, limits, zone)
    if kind is None:
        raise TypeError(
            f"CustomFilter({declared.name!r}): kind must be bool, int, float, Decimal, str, UUID, "
            f"date, datetime, time or an Enum, not {declared.kind!r}"
        )
    return CustomOffer(declared, kind)


def orders(
    model: type[DeclarativeBase], sorts: Iterable[Sort]
) -> Mapping[str, SQLColumnExpression[object]]:
    """Return what to sort by for each name in `sort`, with and without a minus; NULLs come last.

    Raises:
        ValueError: A column is of another model, or two have one name.
    """
    found: dict[str, SQLColumnExpression[object]] = {}
    for sort in sorts:
        refuse_foreign(model, sort.column, "sorts")
        name = sort.name or name_of(sort.column)
        if name in found:
            raise ValueError(f"two sorts have the name {name!r}: pass name= to one of them")
        by = element(sort.column)
        # A column that has a value always is sorted as its index is.
        null = getattr(by, "nullable", True)
        found[name] = by.asc().nulls_last() if null else by
        found[f"-{name}"] = by.desc().nulls_last() if null else by.desc()
    return found


def by_name(includes: Sequence[Include]) -> Mapping[str, Include]:
    """Return includes by their names.

    Raises:
        ValueError: Two have one name.
    """
    found = {include.name: include for include in includes}
    if len(found) < len(includes):
        raise ValueError(f"two includes have one name: {', '.join(by.name for by in includes)}")
    return found


def refuse_other_texts(model: type[DeclarativeBase], column: object) -> None:
    """Raise for a column of a search that is not a text of the model.

    Raises:
        TypeError: It is not a text.
        ValueError: It is of another model.
    """
    refuse_foreign(model, column, "search")
    kind = kind_of(element(column).type, DEFAULT_LIMITS, UTC)
    if kind is None or "contains" not in kind.operators:
        raise TypeError(f"search: {column} is not a column of texts")


def refuse_foreign(model: type[DeclarativeBase], column: object, where: str) -> None:
    """Raise for a column that is not of a model's tables.

    Raises:
        ValueError: It is not.
    """
    if not {*sources(column)} <= {*inspect(model).tables}:
        raise ValueError(
            f"{where}: {column} is not a column of {model.__name__}: a filter leads to it with "
            f"via=({model.__name__}.<relationship>,)"
        )


def _refuse_operator(declared: Filter, name: str, kind: Kind, column: ColumnElement[Any]) -> None:
    nullable = getattr(column, "nullable", True)
    known = (*kind.operators, *(["null"] if nullable else []))
    if name not in known:
        reason = " and never without a value" if name == "null" and not nullable else ""
        raise ValueError(
            f"Filter({declared.column}): {name!r} is not an operator for it, because it is of the "
            f"kind {kind.name}{reason}; use {', '.join(known)}"
        )
