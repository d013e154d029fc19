"""The query builder."""

from dataclasses import dataclass, field, replace
from typing import Literal, Self, get_args

from sqlalchemy import Select, SQLColumnExpression, UnaryExpression, func, inspect, literal, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase

from ..exceptions import RecordNotFound
from ._clauses import Clauses, Condition
from ._eager import Relation, eager_load
from ._page import Page

type Column = SQLColumnExpression[object]
type Direction = Literal["asc", "desc"]


@dataclass(frozen=True, slots=True)
class QueryBuilder[T: DeclarativeBase]:
    """A query for the records of one model; every step returns a new one.

    Args:
        session: The session to run in.
        model: The model to query.
        clauses: What the query was told so far.
    """

    session: AsyncSession
    model: type[T]
    clauses: Clauses = field(default_factory=Clauses)

    def where(self, *conditions: Condition) -> Self:
        """Keep records that meet what was asked before and every condition."""
        return self._with(self.clauses.and_(conditions))

    def or_where(self, *conditions: Condition) -> Self:
        """Keep records that meet what was asked before or any of the conditions."""
        return self._with(self.clauses.or_(conditions))

    def order_by(self, column: Column, direction: Direction = "asc") -> Self:
        """Sort by a column, within the columns sorted by before.

        Args:
            column: A column or expression; one such as `User.name.desc()` keeps its direction.
            direction: "asc" or "desc".

        Raises:
            ValueError: The direction is neither "asc" nor "desc".
        """
        if direction not in get_args(Direction.__value__):
            raise ValueError(f"{direction!r} is no direction: use 'asc' or 'desc'")
        if not (isinstance(column, UnaryExpression) and column.modifier):
            column = column.asc() if direction == "asc" else column.desc()
        return self._with(replace(self.clauses, order=(*self.clauses.order, column)))

    def order_by_key(self, direction: Direction = "asc") -> Self:
        """Sort by the primary key, within the columns sorted by before."""
        query = self
        for column in inspect(self.model).primary_key:
            query = query.order_by(column, direction)
        return query

    def latest(self, column: Column | None = None) -> Self:
        """Put the newest first: by a column, else by `created_at`, else by the primary key."""
        return self._by_age(column, "desc")

    def oldest(self, column: Column | None = None) -> Self:
        """Put the oldest first: by a column, else by `created_at`, else by the primary key."""
        return self._by_age(column, "asc")

    def limit(self, count: int) -> Self:
        """Deliver at most so many records.

        Raises:
            ValueError: The number is below 0.
        """
        return self._with(replace(self.clauses, limit=_at_least(0, count, "limit")))

    def offset(self, count: int) -> Self:
        """Skip so many records.

        Raises:
            ValueError: The number is below 0.
        """
        return self._with(replace(self.clauses, offset=_at_least(0, count, "offset")))

    def with_(self, *relations: Relation) -> Self:
        """Bring relationships along, each in one more query.

        Args:
            relations: Relationships such as `User.posts`, or dotted paths such as
                `"posts.comments"`.

        Raises:
            AttributeError: A path names no relationship.
        """
        loads = (eager_load(self.model, relation) for relation in relations)
        return self._with(replace(self.clauses, options=(*self.clauses.options, *loads)))

    def statement(self) -> "Select[T]":
        """Compile the query into a SQLAlchemy statement."""
        return self.clauses.apply(select(self.model))

    async def get(self) -> list[T]:
        """Deliver the records."""
        return list(await self.session.scalars(self.statement()))

    async def first(self) -> T | None:
        """Deliver the first record, by the primary key where the order leaves it open."""
        limit = 1 if self.clauses.limit is None else min(1, self.clauses.limit)
        statement = self.order_by_key().limit(limit).statement()
        return (await self.session.scalars(statement)).first()

    async def first_or_fail(self) -> T:
        """Deliver the first record, by the primary key where the order leaves it open.

        Raises:
            RecordNotFound: There is none.
        """
        if (instance := await self.first()) is None:
            raise RecordNotFound(self.model)
        return instance

    async def count(self) -> int:
        """Count the records that meet the conditions, whatever the limit and offset."""
        counting = select(func.count()).select_from(self.model)
        return await self.session.scalar(self.clauses.filter(counting)) or 0

    async def exists(self) -> bool:
        """Tell whether any record meets the conditions, without counting them."""
        found = self.clauses.filter(select(literal(1)).select_from(self.model)).exists()
        return bool(await self.session.scalar(select(found)))

    async def paginate(self, page: int = 1, per_page: int = 20) -> Page[T]:
        """Deliver one page of the records and the number of all.

        The primary key decides where the order leaves it open, so that no record is on two pages.

        Args:
            page: The page's number, from 1.
            per_page: How many records a page has, from 1.

        Raises:
            ValueError: A number is below 1.
        """
        skipped = (_at_least(1, page, "page") - 1) * _at_least(1, per_page, "per_page")
        total = await self.count()
        items = await self.order_by_key().limit(per_page).offset(skipped).get()
        return Page.of(items, total=total, per_page=per_page, current_page=page)

    def _by_age(self, column: Column | None, direction: Direction) -> Self:
        if column is None:
            column = getattr(self.model, "created_at", None)
        if column is None:
            return self.order_by_key(direction)
        return self.order_by(column, direction)

    def _with(self, clauses: Clauses) -> Self:
        return replace(self, clauses=clauses)


def _at_least(least: int, number: int, name: str) -> int:
    if number < least:
        raise ValueError(f"{name} must be at least {least}, not {number}")
    return number
