"""What a filter set offers: the parameters, how each is read, and how it is documented."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import SQLColumnExpression, or_

from ._draft import Draft, names_in, only, too_many
from ._filter import CustomFilter, Filter, Include
from ._kinds import Kind, Schema
from ._limits import Limits
from ._operators import Make, Operator
from ._steps import Along
from ._text_values import Refused, integer, text_of

_BEHIND_RELATIONSHIP = 3  # times the cost
_SORT_COST, _SEARCH_COST, _INCLUDE_COST = 2, 8, 3


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a query string, for documents.

    Args:
        name: Its name.
        schema: The JSON Schema of its value; of an array, for the values together.
        description: What it does.
        explode: Whether several values are several parameters; else commas separate them.
    """

    name: str
    schema: Schema
    description: str
    explode: bool = True


class Offer(Protocol):
    """A parameter that is offered."""

    @property
    def document(self) -> Parameter:
        """The parameter, for documents."""

    @property
    def least_cost(self) -> int:
        """What it costs at least."""

    def read(self, texts: Sequence[str], draft: Draft) -> None:
        """Read the values of the parameter; faults are noted or raised as `Refused`."""


@dataclass(frozen=True, slots=True)
class ColumnOffer:
    """An operator of a filter."""

    filter: Filter
    operator: Operator
    kind: Kind
    make: Make
    limits: Limits

    @property
    def name(self) -> str:
        """The name of the parameter."""
        return self.filter.name + self.operator.suffix

    @property
    def document(self) -> Parameter:
        """The parameter, for documents."""
        schema = self.kind.schema
        if self.operator.many:
            schema = {"type": "array", "items": schema, "maxItems": self.limits.values}
        return Parameter(self.name, schema, f"{self.filter.name}: {self.operator.means}")

    @property
    def least_cost(self) -> int:
        """What it costs at least."""
        return self._cost(1)

    def read(self, texts: Sequence[str], draft: Draft) -> None:
        """Read the values, and note the condition that they become."""
        if self.operator.many:
            values = self._several(texts, draft)
        else:
            values = (self.kind.read(only(texts)),)
        draft.cost += self._cost(len(values))
        draft.filters[self.name] = values if self.operator.many else values[0]
        if not values:
            return
        condition = self.make(values)
        if self.filter.via:
            draft.steps.append(Along(self.filter.via, condition))
        else:
            draft.conditions.append(condition)

    def _several(self, texts: Sequence[str], draft: Draft) -> tuple[object, ...]:
        if len(different := dict.fromkeys(texts)) > self.limits.values:
            raise too_many("values", self.limits.values)
        values = []
        for number, text in enumerate(different):
            try:
                values.append(self.kind.read(text))
            except Refused as refused:
                draft.refuse(refused, self.name, number)
        return tuple(values)

    def _cost(self, count: int) -> int:
        return int(self.operator.cost(count) * _BEHIND_RELATIONSHIP ** len(self.filter.via))


@dataclass(frozen=True, slots=True)
class CustomOffer:
    """A filter by a function."""

    filter: CustomFilter[Any]
    kind: Kind

    @property
    def document(self) -> Parameter:
        """The parameter, for documents."""
        return Parameter(self.filter.name, self.kind.schema, self.filter.name)

    @property
    def least_cost(self) -> int:
        """What it costs."""
        return self.filter.cost

    def read(self, texts: Sequence[str], draft: Draft) -> None:
        """Read the value, and note the step that it becomes."""
        value = self.kind.read(only(texts))
        draft.cost += self.filter.cost
        draft.filters[self.filter.name] = value
        apply = self.filter.apply
        draft.steps.append(lambda _, query: query.where_group(lambda group: apply(group, value)))


@dataclass(frozen=True, slots=True)
class SortOffer:
    """`sort`: names with commas, and a minus before those that descend.

    Args:
        orders: What to sort by, for each name with and without a minus.
        limits: The limits.
    """

    orders: Mapping[str, SQLColumnExpression[object]]
    limits: Limits

    @property
    def document(self) -> Parameter:
        """The parameter, for documents."""
        items = {"type": "string", "enum": [*self.orders]}
        schema = {"type": "array", "items": items, "maxItems": self.limits.sorts}
        text = "The order; a minus before a name is for descending."
        return Parameter("sort", schema, text, explode=False)

    @property
    def least_cost(self) -> int:
        """What it costs at least."""
        return _SORT_COST

    def read(self, texts: Sequence[str], draft: Draft) -> None:
        """Read the order."""
        names = names_in(only(texts), self.limits.sorts)
        if not self.orders.keys() >= {*names}:
            raise Refused("unknown_sort", "has an unknown name", allowed=tuple(self.orders))
        draft.cost += _SORT_COST * len(names)
        draft.sorts, draft.order = tuple(names), tuple(self.orders[name] for name in names)


@dataclass(frozen=True, slots=True)
class IncludeOffer:
    """`include`: paths of relationships, with commas between them."""

    includes: Mapping[str, Include]
    limits: Limits

    @property
    def document(self) -> Parameter:
        """The parameter, for documents."""
        items = {"type": "string", "enum": [*self.includes]}
        schema = {"type": "array", "items": items, "maxItems": self.limits.includes}
        text = "Related records to include."
        return Parameter("include", schema, text, explode=False)

    @property
    def least_cost(self) -> int:
        """What it costs at least."""
        return min(self._cost(include) for include in self.includes.values())

    def read(self, texts: Sequence[str], draft: Draft) -> None:
        """Read the includes; an empty text is none."""
        if not (text := only(texts)):
            return
        names = names_in(text, self.limits.includes)
        if not self.includes.keys() >= {*names}:
            raise Refused("unknown_include", "has an unknown name", allowed=tuple(self.includes))
        draft.includes = tuple(self.includes[name] for name in names)
        draft.cost += sum(map(self._cost, draft.includes))

    def _cost(self, include: Include) -> int:
        return _INCLUDE_COST * len(include.path)


@dataclass(frozen=True, slots=True)
class SearchOffer:
    """`q`: words, each of which is in one of the columns.

    Args:
        conditions: What makes the condition that a column contains a word, for each column.
        limits: The limits.
    """

    conditions: tuple[Make, ...]
    limits: Limits

    @property
    def document(self) -> Parameter:
        """The parameter, for documents."""
        schema = {"type": "string", "minLength": 1, "maxLength": self.limits.text}
        return Parameter("q", schema, "Words to search for, in any case.")

    @property
    def least_cost(self) -> int:
        """What it costs."""
        return _SEARCH_COST * len(self.conditions)

    def read(self, texts: Sequence[str], draft: Draft) -> None:
        """Read the words, and note the conditions that they become."""
        words = str(text_of(self.limits.text)(only(texts))).split()
        if not words:
            raise Refused("empty", "must have a word to search for")
        if len(words) > self.limits.words:
            raise too_many("words", self.limits.words)
        draft.words = tuple(words)
        draft.cost += self.least_cost
        for word in words:
            draft.conditions.append(or_(*(contains([word]) for contains in self.conditions)))


@dataclass(frozen=True, slots=True)
class PageOffer:
    """`page` or `per_page`: a number within limits."""

    name: str
    most: int
    default: int

    @property
    def document(self) -> Parameter:
        """The parameter, for documents."""
        schema = {"type": "integer", "minimum": 1, "maximum": self.most, "default": self.default}
        text = "The number of the page." if self.name == "page" else "The size of a page."
        return Parameter(self.name, schema, text)

    @property
    def least_cost(self) -> int:
        """What it costs: nothing."""
        return 0

    def read(self, texts: Sequence[str], draft: Draft) -> None:
        """Read the number."""
        setattr(draft, self.name, integer(1, self.most)(only(texts)))


@dataclass(frozen=True, slots=True)
class CursorOffer:
    """`cursor`: the cursor of another page."""

    @property
    def document(self) -> Parameter:
        """The parameter, for documents."""
        schema = {"type": "string", "minLength": 1}
        return Parameter("cursor", schema, "The cursor of the page, of another page's answer.")

    @property
    def least_cost(self) -> int:
        """What it costs: nothing."""
        return 0

    def read(self, texts: Sequence[str], draft: Draft) -> None:
        """Take the cursor as it is: the terminal checks it."""
        draft.cursor = only(texts)
