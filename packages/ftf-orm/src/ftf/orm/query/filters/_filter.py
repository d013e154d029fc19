"""`Filter`, `CustomFilter`: the questions that a list offers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Literal, overload

from sqlalchemy import SQLColumnExpression
from sqlalchemy.orm import DeclarativeBase, QueryableAttribute

from ...exceptions._text import text_of
from .._builder import QueryBuilder

type Equality = Literal["eq", "ne", "in", "not_in", "null"]
type TextOperator = Equality | Literal["contains", "starts", "ends"]
type Order = Literal["lt", "lte", "gt", "gte", "null"]
type OrderOperator = Equality | Order
type Ordered = int | Decimal | date | datetime | time | None
type Path = tuple[QueryableAttribute[object], ...]


class Filter:
    """A column that a list can be filtered by, with operators.

    `Filter(Product.price, "gte", "lte")` offers `price__gte` and `price__lte`, and
    `Filter(Product.name)` offers `name`, as "eq" does.

    Args:
        column: The column; with `via`, one of the model that it leads to.
        operators: "eq", "ne", "in", "not_in", "null"; for numbers and times also "lt", "lte", "gt",
            "gte"; for texts also "contains", "starts", "ends". Without any, "eq".
        name: Its name in a query string, if not that of the attribute.
        via: The relationships that lead to the column: records match that have a related one with
            the value. Each such filter may be met by another related record.
        unshown: Whether it may be offered although the answer does not show the column. Clients can
            find out the values of such a column.
    """

    __slots__ = ("column", "name", "operators", "unshown", "via")

    @overload
    def __init__(
        self,
        column: SQLColumnExpression[str | None],
        *operators: TextOperator,
        name: str | None = None,
        via: Path = (),
        unshown: bool = False,
    ) -> None: ...
    @overload
    def __init__(
        self,
        column: SQLColumnExpression[Ordered],
        *operators: OrderOperator,
        name: str | None = None,
        via: Path = (),
        unshown: bool = False,
    ) -> None: ...
    @overload
    def __init__(
        self,
        column: SQLColumnExpression[float | None],
        *operators: Order,
        name: str | None = None,
        via: Path = (),
        unshown: bool = False,
    ) -> None: ...
    @overload
    def __init__(
        self,
        column: SQLColumnExpression[object],
        *operators: Equality,
        name: str | None = None,
        via: Path = (),
        unshown: bool = False,
    ) -> None: ...
    def __init__(
        self,
        column: SQLColumnExpression[object],
        *operators: str,
        name: str | None = None,
        via: Path = (),
        unshown: bool = False,
    ) -> None:
        self.column: SQLColumnExpression[object] = column
        self.operators: tuple[str, ...] = operators or ("eq",)
        self.name: str = name_of(column) if name is None else name
        self.via: Path = via
        self.unshown: bool = unshown


class CustomFilter[M: DeclarativeBase]:
    """A question that no operator asks, with a value of one type.

    Args:
        name: Its name in a query string.
        kind: The type of the value: bool, int, float, Decimal, str, UUID, date, datetime, time, or
            an Enum.
        apply: Takes a query without conditions and the value, and returns the query with some. What
            it adds is in parentheses: an `or_where` in it widens no other condition.
        cost: What it costs, of `Limits.cost`.

    Examples:
        ```python
        CustomFilter("sold_out", bool, lambda query, yes: query.where((Product.stock == 0) == yes))
        ```
    """

    __slots__ = ("apply", "cost", "kind", "name")

    def __init__[V](
        self,
        name: str,
        kind: type[V],
        apply: Callable[[QueryBuilder[M], V], QueryBuilder[M]],
        *,
        cost: int = 4,
    ) -> None:
        self.name: str = name
        self.kind: type = kind
        self.apply: Callable[[QueryBuilder[M], object], QueryBuilder[M]] = apply  # type: ignore[assignment]  # called with values of `kind` alone
        self.cost: int = cost


@dataclass(frozen=True, slots=True)
class Sort:
    """A column that a list can be sorted by, if it is more than the column itself.

    Args:
        column: The column.
        name: Its name in `sort`, if not that of the attribute.
        unshown: Whether it may be offered although the answer does not show the column.
    """

    column: SQLColumnExpression[object]
    name: str | None = None
    unshown: bool = False


class Include:
    """A relationship, or a path of them, that a client can ask for along with each record.

    `Include(Product.reviews, Review.author, limit=20)` offers `include=reviews.author`; what is on
    the way is included with it.

    Args:
        path: The relationships.
        limit: How many related records of each record are included; needed for relationships to
            many records, and for those only.

    Raises:
        TypeError: The path is not one of relationships.
    """

    __slots__ = ("limit", "path")

    def __init__(self, *path: QueryableAttribute[object], limit: int | None = None) -> None:
        if not path or not all(isinstance(step, QueryableAttribute) for step in path):
            shown = text_of(path)
            raise TypeError(f"Include() takes relationships, such as Product.reviews, not {shown}")
        self.path: Path = path
        self.limit: int | None = limit

    @property
    def name(self) -> str:
        """Its name in `include`: the names of the relationships, with dots."""
        return ".".join(step.key for step in self.path)

    def __repr__(self) -> str:
        return f"Include({', '.join(map(str, self.path))})"


def name_of(column: object) -> str:
    """Return the name of an attribute.

    Raises:
        ValueError: It has no name of its own.
    """
    if not isinstance(column, QueryableAttribute):
        raise ValueError(f"{text_of(column)} has no name of its own: pass name=")  # noqa: TRY004  # a missing one
    return column.key
