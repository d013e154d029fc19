"""One page of a longer list."""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Page[T]:
    """One page of a longer list."""

    __pydantic_config__: ClassVar[dict[str, bool]] = {
        "use_attribute_docstrings": True
    }  # for documents of an API

    items: list[T]
    """What is on the page."""
    total: int
    """How many there are on all pages."""
    per_page: int
    """How many fit on a page."""
    current_page: int
    """The page's number, from 1."""
    last_page: int
    """The number of the last page, at least 1."""
    has_more: bool
    """Whether a page follows."""

    @classmethod
    def of(cls, items: list[T], *, total: int, per_page: int, current_page: int) -> "Page[T]":
        """Work out the last page and whether another one follows."""
        last_page = max(1, ceil(total / per_page))
        return cls(items, total, per_page, current_page, last_page, current_page < last_page)

    def map[U](self, convert: Callable[[T], U]) -> "Page[U]":
        """Make the same page of other items."""
        items = [convert(item) for item in self.items]
        return Page(
            items, self.total, self.per_page, self.current_page, self.last_page, self.has_more
        )
