"""The terminals that return one page of records without counting all of them."""

from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy.orm import DeclarativeBase

from ...exceptions import CursorError, InvalidArgument, InvalidValue
from ...transactions._session_factory import CURSOR_KEY, secret
from .._page import CursorPage, SimplePage
from ..statement._clauses import Clauses
from ..statement._numbers import at_least
from ..statement.cursors._cursor import Cursor
from ..statement.cursors._keyset import Keyset, SortKey
from ._records import Terminals

_LARGEST_OFFSET = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Pages[T: DeclarativeBase](Terminals[T]):
    """The terminals that return one page of records without counting all of them."""

    max_per_page: ClassVar[int] = 1_000

    async def simple_paginate(self, page: int = 1, per_page: int = 20) -> SimplePage[T]:
        """Return one page without the total: one SELECT, of one record more than the page has.

        Records that are equal in the order are sorted by the primary key, so none is on two pages.

        Args:
            page: The page's number, from 1.
            per_page: How many records a page has, from 1 to `max_per_page`.

        Raises:
            TypeError: A number is not an integer.
            InvalidArgument: A number is out of its range; over HTTP, this is answered with 422.
            ValueError: The query has a limit or offset.
        """
        clauses = self._numbered(page, per_page, "simple_paginate")
        order = self._with_key_order().order
        items = await self._with(clauses._replace(order=order, limit=per_page + 1)).get()
        return SimplePage(items[:per_page], per_page, page, has_more=len(items) > per_page)

    async def cursor_paginate(
        self, cursor: str | None = None, per_page: int = 20, *, key: str | bytes | None = None
    ) -> CursorPage[T]:
        """Return the page at a cursor, in one SELECT that takes no longer for a later page.

        The order is that of the query and then of the primary key. NULL is the greatest value on
        every database, unless the order has `nulls_first()` or `nulls_last()`. The conditions may
        change from page to page, the order may not.

        Args:
            cursor: The `next_cursor` or `previous_cursor` of another page; None for the first one.
            per_page: How many records a page has, from 1 to `max_per_page`.
            key: A secret that signs the cursors, so that clients cannot choose positions; without
                it, that of `session_factory` or `DatabaseProvider`, or none.

        Raises:
            CursorError: It is not a cursor of a query with this order and key.
            TypeError: `per_page` is not an integer, or the order is by a type without cursors.
            InvalidArgument: `per_page` is out of its range; over HTTP, this is answered with 422.
            ValueError: The query has a limit, an offset or groups, or the key is empty.
        """
        self._check_size(per_page, "cursor_paginate")
        keyset, signing = self._keyset("cursor_paginate"), self._secret(key)
        order = keyset.fingerprint(self._dialect)
        at = None if cursor is None else self._position(cursor, keyset, order, signing)
        try:
            items, values = await self._around(at, keyset, per_page + 1)
        except InvalidValue as error:
            if cursor is None:
                raise
            raise CursorError(cursor) from error
        beside = _beside(at, values, per_page)
        tokens = [None if it is None else it.token(order, signing) for it in beside]
        shown = items[:per_page]
        return CursorPage(shown[::-1] if at is not None and at.backward else shown, *tokens)

    def _numbered(self, page: int, per_page: int, method: str) -> Clauses:
        """Return the clauses of a page by its number."""
        self._check_size(per_page, method)
        offset = (at_least(1, page, "page") - 1) * per_page
        if offset > _LARGEST_OFFSET:
            reason = f"page must be at most {_LARGEST_OFFSET // per_page + 1}, not {page}"
            raise InvalidArgument("page", reason)
        return self.clauses._replace(limit=per_page, offset=offset)

    def _check_size(self, per_page: int, method: str) -> None:
        if self.clauses.is_cut:
            raise ValueError(f"{method}() sets limit and offset: leave limit() and offset() out")
        if at_least(1, per_page, "per_page") > self.max_per_page:
            reason = f"per_page must be at most {self.max_per_page}, not {per_page}"
            raise InvalidArgument("per_page", reason)

    def _keyset(self, method: str) -> Keyset:
        """Return the complete order of the query.

        Raises:
            ValueError: It has groups.
        """
        if self.clauses.groups:
            raise ValueError(f"{method}() is for records: leave group_by() out")
        tables = self._mapper.tables
        return Keyset(tuple(SortKey.of(by, tables) for by in self._with_key_order().order))

    def _secret(self, key: str | bytes | None) -> bytes:
        if key is not None:
            return secret(key, "key")
        found: bytes = self.session.info.get(CURSOR_KEY, b"")
        return found

    def _position(self, token: str, keyset: Keyset, order: str, key: bytes) -> Cursor:
        cursor = Cursor.of(token, order, key)
        if not keyset.can_be(cursor.values, self._dialect):
            raise CursorError(token)
        return cursor

    async def _around(
        self, at: Cursor | None, keyset: Keyset, count: int
    ) -> tuple[list[T], list[tuple[object, ...]]]:
        """Return records from a position on, in the direction of it, and their sort values."""
        way = keyset.reversed if at is not None and at.backward else keyset
        clauses = self.clauses._replace(order=way.order, limit=count)
        statement = self._with(clauses).statement()
        if at is not None:
            statement = statement.where(way.after(at.values, inclusive=at.inclusive))
        return await self._records(statement, keyset.columns)


def _beside(
    at: Cursor | None, values: list[tuple[object, ...]], size: int
) -> tuple[Cursor | None, Cursor | None]:
    """Return the cursors of the next page and of the previous one.

    Args:
        at: The position of the page, None for the first one.
        values: The sort values of its records and of the one behind it, in the direction of `at`.
        size: The size of a page.
    """
    backward = at is not None and at.backward
    onward = Cursor(values[size - 1], backward) if len(values) > size else None
    back = None
    if at is not None:
        # Without records, the way back begins with what the way here began behind.
        origin = values[0] if values else at.values
        back = Cursor(origin, not backward, inclusive=not (values or at.inclusive))
    return (back, onward) if backward else (onward, back)
