"""`QueryBuilder`, which has all steps and terminals, and `PaginatedQuery`."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy.orm import DeclarativeBase

from ._page import Page
from .statement._clauses import Clauses
from .steps._columns import Columns
from .steps._eager_loads import Eager
from .steps._filtering import Filtering
from .steps._joins import Joining
from .steps._periods import Periods
from .steps._related_records import Relations
from .steps._scopes import Scopes
from .steps._subqueries import Subqueries
from .steps._timeout import Timeout
from .terminals._aggregates import Aggregates
from .terminals._counted import Counted
from .terminals._long_reads import LongReads
from .terminals._plan import Plan
from .terminals._some_related import SomeRelated
from .terminals._writes import Writes


@dataclass(frozen=True, slots=True)
class QueryBuilder[T: DeclarativeBase](
    LongReads[T],
    Counted[T],
    Aggregates[T],
    Plan[T],
    SomeRelated[T],
    Writes[T],
    Columns[T],
    Eager[T],
    Filtering[T],
    Joining[T],
    Relations[T],
    Periods[T],
    Scopes[T],
    Subqueries[T],
    Timeout[T],
):
    """A query for the records of one model; every step returns a new one.

    Args:
        session: The session to run in.
        model: The model to query.
        clauses: The clauses of the query so far.
    """

    def paginate(self, page: int = 1, per_page: int = 20) -> "PaginatedQuery[T]":
        """Select one page: `await` returns a `Page` with the total, `.get()` only its records.

        Records that are equal in the order are sorted by the primary key, so none is on two pages.

        Args:
            page: The page's number, from 1.
            per_page: How many records a page has, from 1 to `max_per_page`.

        Raises:
            TypeError: A number is not an integer.
            InvalidArgument: A number is out of its range; over HTTP, this is answered with 422.
            ValueError: The query has a limit or offset.
        """
        clauses = self._numbered(page, per_page, "paginate")
        return PaginatedQuery(self.session, self.model, clauses)

    def _query_for[R: DeclarativeBase](self, model: type[R]) -> "QueryBuilder[R]":
        return QueryBuilder(self.session, model)


@dataclass(frozen=True, slots=True)
class PaginatedQuery[T: DeclarativeBase](QueryBuilder[T]):
    """A query for one page: `await` runs it and returns a `Page`."""

    def limit(self, count: int) -> Self:
        """Raise: the page has a limit.

        Raises:
            ValueError: Always.
        """
        raise ValueError(f"a page has a limit: leave limit({count}) out, or pass per_page")

    def offset(self, count: int) -> Self:
        """Raise: the page has an offset.

        Raises:
            ValueError: Always.
        """
        raise ValueError(f"a page has an offset: leave offset({count}) out, or pass page")

    def paginate(self, page: int = 1, per_page: int = 20) -> "PaginatedQuery[T]":
        """Select another page instead; see `QueryBuilder.paginate`."""
        whole = QueryBuilder(self.session, self.model, self.clauses.whole)
        return whole.paginate(page, per_page)

    def _ordered(self) -> Clauses:
        return self._with_key_order()

    def __await__(self) -> Generator[Any, Any, Page[T]]:
        return self._page().__await__()

    async def _page(self) -> Page[T]:
        per_page, offset = self.clauses.limit or 1, self.clauses.offset
        whole = self.clauses.whole._replace(lock=None)  # only the records of the page are locked
        items = await self.get()
        # A page that is not full is the last one, so no COUNT is needed.
        known = len(items) < per_page and (items or not offset)
        total = offset + len(items) if known else await self._with(whole).count()
        return Page.of(items, total=total, per_page=per_page, current_page=offset // per_page + 1)
