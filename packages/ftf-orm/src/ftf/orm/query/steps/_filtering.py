"""The step that applies the filters, the order and the includes that a client asks for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, Self

from sqlalchemy.orm import DeclarativeBase

from ..statement._base import Query


class Multiple(Protocol):
    """Parameters of which one name can have several values, such as Starlette's `QueryParams`."""

    def multi_items(self) -> Iterable[tuple[str, str]]:
        """Return all pairs of a name and a value."""


type Params = str | Multiple | Mapping[str, str | Sequence[str]] | Iterable[tuple[str, str]]
"""The parameters of a list: a query string, names with their values, or pairs of them."""


class _Criteria(Protocol):
    def applied[Q](self, query: Q) -> Q: ...


class AllowList[M](Protocol):
    """What reads parameters, and refuses those that are not allowed."""

    @property
    def model(self) -> type[M]:
        """The model that it is for."""

    def parse(self, params: Params) -> _Criteria:
        """Return what the parameters ask for."""


@dataclass(frozen=True, slots=True)
class Filtering[T: DeclarativeBase](Query[T]):
    """The step that applies the filters, the order and the includes that a client asks for."""

    def apply_filters(self, params: Params, *, allow: AllowList[T]) -> Self:
        """Keep, sort and eager load what parameters ask for: `allow.parse(params).apply(query)`.

        Args:
            params: A query string, names with their values, or pairs of them.
            allow: The `FilterSet` of what is allowed.

        Raises:
            InvalidCriteria: A parameter is not allowed, or has a value that it does not take.
            TypeError: The filter set is for another model.
        """
        return allow.parse(params).applied(self)
