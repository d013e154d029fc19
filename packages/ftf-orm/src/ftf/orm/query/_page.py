"""`Page`, the result of a paginated query."""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Page[T]:
    """One page of a longer list."""

    __pydantic_config__: ClassVar[dict[str, bool]] = {
        "use_attribute_docstrings": True
    }  # for OpenAPI documents

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
