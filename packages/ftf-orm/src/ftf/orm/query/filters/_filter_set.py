"""`FilterSet`: what clients may ask of a list, and the parser of their parameters."""

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, tzinfo
from typing import Literal, NamedTuple

from sqlalchemy import SQLColumnExpression
from sqlalchemy.orm import DeclarativeBase

from ...exceptions import InvalidCriteria
from ..statement._expressions import element
from ..steps._filtering import Params
from . import _declared as declared
from ._criteria import Criteria
from ._draft import Draft, too_many
from ._filter import CustomFilter, Filter, Include, Path, Sort
from ._indexes import has_index
from ._limits import DEFAULT_LIMITS, Limits
from ._offers import (
    CursorOffer,
    IncludeOffer,
    Offer,
    PageOffer,
    Parameter,
    SearchOffer,
    SortOffer,
)
from ._operators import contains
from ._params import grouped
from ._relations import is_connected, is_limited
from ._text_values import Refused

type Paging = Literal["page", "simple", "cursor"]


class Used(NamedTuple):
    """A column whose values clients can find out by what they ask.

    Attributes:
        parameter: The parameter that asks.
        via: The relationships that lead to the column.
        column: The column.
    """

    parameter: str
    via: Path
    column: SQLColumnExpression[object]


class FilterSet[M: DeclarativeBase]:
    """What clients may ask of a list: filters, an order, includes, a search, and a page.

    Whatever else they send is refused by `InvalidCriteria`, which lists what is allowed.

    Args:
        model: The model of the records.
        filters: The filters.
        sorts: The columns that `sort` may name; a `Sort` for one with another name.
        default: The order without `sort`, written like it: "-created_at". The primary key always
            ends an order, and NULLs come last in it.
        includes: The relationships that `include` may name.
        search: The columns of texts that `q` searches: each word has to be in one of them.
        paging: How the list is cut: by numbers, by numbers without a total, or by cursors.
        per_page: The size of a page, if none is asked for.
        timezone: The time zone of dates that are compared with points in time.
        limits: How much one request may ask for.

    Raises:
        TypeError: A column has a type whose values have no text.
        ValueError: A column or a relationship is of another model, an operator is not one for the
            column, two parameters have one name, the default is not among the sorts, or a parameter
            exceeds the limits always. Relationships whose models are not declared yet are checked
            at the first use.

    Examples:
        ```python
        FILTERS = FilterSet(Product, Filter(Product.price, "gte", "lte"), sorts=(Product.name,))
        query = FILTERS.parse("price__lte=20&sort=-name").apply(products.query())
        ```
    """

    def __init__(
        self,
        model: type[M],
        *filters: Filter | CustomFilter[M],
        sorts: Sequence[SQLColumnExpression[object] | Sort] = (),
        default: str | None = None,
        includes: Sequence[Include] = (),
        search: Sequence[SQLColumnExpression[str | None]] = (),
        paging: Paging = "page",
        per_page: int = 20,
        timezone: tzinfo = UTC,
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        self.model: type[M] = model
        self.filters: tuple[Filter | CustomFilter[M], ...] = filters
        self.sorts: tuple[Sort, ...] = tuple(
            by if isinstance(by, Sort) else Sort(by) for by in sorts
        )
        self.default: str | None = default
        self.includes: tuple[Include, ...] = tuple(includes)
        self.search: tuple[SQLColumnExpression[str | None], ...] = tuple(search)
        self.paging: Paging = paging
        self.per_page: int = per_page
        self.timezone: tzinfo = timezone
        self.limits: Limits = limits
        if not 1 <= per_page <= limits.per_page:
            raise ValueError(f"per_page must be from 1 to {limits.per_page}, not {per_page}")
        self._offers = self._named([*self._filter_offers(), *self._list_offers()])
        self._nothing = self._without_parameters()
        self._checked = self._checks_relations()

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The parameters that it takes, for documents."""
        self._check_relations()
        return tuple(offer.document for offer in self._offers.values())

    @property
    def columns(self) -> tuple[Used, ...]:
        """The columns that clients can ask about and that an answer has to show therefore."""
        filters = [by for by in self.filters if isinstance(by, Filter) and not by.unshown]
        sorts = [by for by in self.sorts if not by.unshown]
        return (
            *(Used(by.name, by.via, by.column) for by in filters),
            *(Used("sort", (), by.column) for by in sorts),
            *(Used("q", (), column) for column in self.search),
        )

    @property
    def for_record(self) -> "FilterSet[M]":
        """The filter set of a single record, which takes `include` alone."""
        alone = FilterSet(self.model, includes=self.includes, limits=self.limits)
        known = {"include"} & alone._offers.keys()
        alone._offers = {name: alone._offers[name] for name in known}
        return alone

    def parse(self, params: Params = "", *, besides: Collection[str] = ()) -> Criteria[M]:
        """Return what parameters ask for.

        Args:
            params: A query string, names with their values, or pairs of them.
            besides: The names of parameters that are left to others.

        Raises:
            InvalidCriteria: A parameter is not allowed, or has a value that it does not take.
            TypeError: A name or a value is not a text.
        """
        self._check_relations()
        if not params:
            return self._nothing
        draft = Draft(self.per_page)
        try:
            self._read(params, besides, draft)
        except Refused as refused:
            draft.refuse(refused)
        if draft.faults:
            raise InvalidCriteria(draft.faults)
        return Criteria(
            self.model,
            draft.per_page,
            draft.filters,
            draft.sorts or self._nothing.sorts,
            draft.words,
            draft.includes,
            draft.page,
            draft.cursor,
            draft.cost,
            tuple(draft.conditions),
            tuple(draft.steps),
            self._nothing.order if draft.order is None else draft.order,
        )

    def unindexed(self) -> tuple[str, ...]:
        """Return the columns of filters and sorts that are in no index, such as "Product.name".

        A database reads every row for them, so a test should pin the list.
        """
        filters = [by.column for by in self.filters if isinstance(by, Filter)]
        columns = [*filters, *(by.column for by in self.sorts)]
        return tuple(dict.fromkeys(str(by) for by in columns if not has_index(by)))

    def _read(self, params: Params, besides: Collection[str], draft: Draft) -> None:
        for name, texts in grouped(params, self.limits.length).items():
            if name in besides:
                continue
            try:
                self._offer(name).read(texts, draft)
            except Refused as refused:
                draft.refuse(refused, name)
        self._check_all(draft)

    def _offer(self, name: str) -> Offer:
        if (offer := self._offers.get(name)) is None:
            detail = "is not a parameter of this list"
            raise Refused("unknown_parameter", detail, allowed=tuple(self._offers))
        return offer

    def _check_all(self, draft: Draft) -> None:
        """Note what is too much of all parameters together."""
        limits = self.limits
        if len(draft.filters) > limits.filters:
            draft.refuse(too_many("filters", limits.filters))
        if draft.cost > limits.cost:
            facts = {"cost": draft.cost, "budget": limits.cost}
            detail = f"cost {draft.cost} together, of {limits.cost} that a request may cost"
            draft.refuse(Refused("too_expensive", detail, facts))
        if draft.page * draft.per_page > max(limits.records, draft.per_page):
            detail = f"lists at most {limits.records} records by number: filter them"
            draft.refuse(Refused("too_far", detail, {"maximum": limits.records}), "page")

    def _filter_offers(self) -> Iterator[Offer]:
        for by in self.filters:
            if isinstance(by, CustomFilter):
                yield declared.custom_offer(by, self.limits, self.timezone)
                continue
            if not by.via:
                declared.refuse_foreign(self.model, by.column, f"Filter({by.column})")
            yield from declared.column_offers(by, self.limits, self.timezone)

    def _list_offers(self) -> Iterator[Offer]:
        for column in self.search:
            declared.refuse_other_texts(self.model, column)
        if self.search:
            found = tuple(contains(element(column)) for column in self.search)
            yield SearchOffer(found, self.limits)
        if self.sorts:
            yield SortOffer(declared.orders(self.model, self.sorts), self.limits)
        if self.includes:
            yield IncludeOffer(declared.by_name(self.includes), self.limits)
        if self.paging == "cursor":
            yield CursorOffer()
        else:
            yield PageOffer("page", self.limits.page, 1)
        yield PageOffer("per_page", self.limits.per_page, self.per_page)

    def _named(self, offers: Sequence[Offer]) -> dict[str, Offer]:
        found: dict[str, Offer] = {}
        for offer in offers:
            name = offer.document.name
            if not name.isidentifier():
                raise ValueError(f"{name!r} is not a name of a parameter: use letters, digits, _")
            if name in found:
                raise ValueError(f"two parameters have the name {name!r}: pass name= to one")
            if offer.least_cost > self.limits.cost:
                raise ValueError(
                    f"{name!r} costs {offer.least_cost} always, but a request may cost "
                    f"{self.limits.cost}: pass limits=Limits(cost=...)"
                )
            found[name] = offer
        return found

    def _without_parameters(self) -> Criteria[M]:
        draft = Draft(self.per_page)
        if self.default is not None:
            try:
                self._offer("sort").read([self.default], draft)
            except Refused as refused:
                raise ValueError(f"default={self.default!r} {refused.detail} of sorts") from None
        return Criteria(self.model, self.per_page, sorts=draft.sorts, order=draft.order or ())

    def _check_relations(self) -> None:
        if not self._checked:
            self.model.registry.configure()
            self._checked = self._checks_relations()

    def _checks_relations(self) -> bool:
        """Return whether all relationships are known; those that are known are checked."""
        ways = [by for by in self.filters if isinstance(by, Filter) and by.via]
        connected = [is_connected(self.model, by) for by in ways]
        limited = [is_limited(self.model, include) for include in self.includes]
        return all((*connected, *limited))
