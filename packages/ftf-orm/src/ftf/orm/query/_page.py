"""`Page`, `SimplePage` and `CursorPage`, the results of paginated queries."""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from typing import ClassVar


class _Documented:
    __slots__ = ()
    __pydantic_config__: ClassVar[dict[str, bool]] = {
        "use_attribute_docstrings": True
    }  # for OpenAPI documents


@dataclass(frozen=True, slots=True)
class Page[T](_Documented):
    """One page of a longer list."""

    items: list[T]
    """The records of the page."""
    total: int
    """The number of records on all pages."""
    per_page: int
    """The size of a page."""
    current_page: int
    """The page's number, from 1."""
    last_page: int
    """The number of the last page, at least 1."""
    has_more: bool
    """Whether a page follows."""

    @classmethod
    def of(cls, items: list[T], *, total: int, per_page: int, current_page: int) -> "Page[T]":
        """Return a page, with its last page and whether another one follows computed."""
        last_page = max(1, ceil(total / per_page))
        return cls(items, total, per_page, current_page, last_page, current_page < last_page)

    def map[U](self, convert: Callable[[T], U]) -> "Page[U]":
        """Return the same page with each item converted."""
        items = [convert(item) for item in self.items]
        return Page(
            items, self.total, self.per_page, self.current_page, self.last_page, self.has_more
        )


@dataclass(frozen=True, slots=True)
class SimplePage[T](_Documented):
    """One page of a longer list whose length is not counted."""

    items: list[T]
    """The records of the page."""
    per_page: int
    """The size of a page."""
    current_page: int
    """The page's number, from 1."""
    has_more: bool
    """Whether a page follows."""

    def map[U](self, convert: Callable[[T], U]) -> "SimplePage[U]":
        """Return the same page with each item converted."""
        items = [convert(item) for item in self.items]
        return SimplePage(items, self.per_page, self.current_page, self.has_more)


@dataclass(frozen=True, slots=True)
class CursorPage[T](_Documented):
    """One page of a longer list, with the cursors of the pages beside it."""

    items: list[T]
    """The records of the page."""
    next_cursor: str | None
    """The cursor of the next page, or null on the last one."""
    previous_cursor: str | None
    """The cursor of the page before, or null on the first one."""

    def map[U](self, convert: Callable[[T], U]) -> "CursorPage[U]":
        """Return the same page with each item converted."""
        items = [convert(item) for item in self.items]
        return CursorPage(items, self.next_cursor, self.previous_cursor)
