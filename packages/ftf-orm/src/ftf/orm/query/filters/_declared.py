"""Declarations of a filter set: checked, and made into what it offers."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, tzinfo
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, inspect
from sqlalchemy.orm import DeclarativeBase

from ..statement._expressions import element, sources
from ..statement.loads._relation_path import check_relation, target
from ._filter import CustomFilter, Filter, Include, Path, Sort, name_of
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


def refuse_apart(model: type[DeclarativeBase], declared: Filter) -> None:
    """Raise for a filter whose relationships do not lead from a model to its column.

    Raises:
        AttributeError: A relationship is not one of the model before it.
        ValueError: They lead to another model.
    """
    end = _follow(model, declared.via)
    if not {*sources(declared.column)} <= {*end.tables}:
        ways = ", ".join(map(str, declared.via))
        raise ValueError(f"via=({ways}) leads to {end.class_.__name__}, unlike {declared.column}")


def refuse_unlimited(model: type[DeclarativeBase], include: Include) -> None:
    """Raise for an include that is not a path of the model, or has no limit where it needs one.

    Raises:
        AttributeError: A relationship is not one of the model before it.
        ValueError: It leads to many records without a limit, or to one with a limit.
    """
    _follow(model, include.path)
    first, *further = (step.property.uselist for step in include.path)
    if any(further):
        raise ValueError(f"{include}: only its first relationship may lead to many records")
    if first and include.limit is None:
        raise ValueError(f"{include} leads to many records: it needs a limit=")
    if include.limit is not None and (not first or include.limit < 1):
        raise ValueError(f"{include}: limit= is for many records, and at least 1")


def _follow(model: type[DeclarativeBase], path: Path) -> Any:  # noqa: ANN401  # a mapper of any model
    mapper = inspect(model)
    for step in path:
        check_relation(mapper, step)
        mapper = target(step)
    return mapper


def _refuse_operator(declared: Filter, name: str, kind: Kind, column: ColumnElement[Any]) -> None:
    nullable = getattr(column, "nullable", True)
    known = (*kind.operators, *(["null"] if nullable else []))
    if name not in known:
        reason = " and never without a value" if name == "null" and not nullable else ""
        raise ValueError(
            f"Filter({declared.column}): {name!r} is not an operator for it, because it is of the "
            f"kind {kind.name}{reason}; use {', '.join(known)}"
        )
