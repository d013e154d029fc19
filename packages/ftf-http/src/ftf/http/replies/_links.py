"""The header `Link` (RFC 8288) of a page: its neighbours, as references relative to the request."""

import sys
from collections.abc import Iterator
from functools import partial
from typing import Protocol, cast, get_origin
from urllib.parse import parse_qsl, urlencode

type Pairs = list[tuple[str, str]]


class Numbered(Protocol):
    """A page of a list by number."""

    current_page: int
    has_more: bool


def is_page(hint: object) -> bool:
    """Return whether a return annotation is a page of ftf-orm's."""
    orm = sys.modules.get("ftf.orm")
    if orm is None:  # without it, no handler returns a page
        return False
    pages = [getattr(orm, name, None) for name in ("Page", "SimplePage", "CursorPage")]
    return any(page is not None and page in {hint, get_origin(hint)} for page in pages)


def links_of(page: object, query: str) -> str:
    """Return the header of a page, "" if it is the only one.

    A reference of a query alone keeps the path of the request, whatever host and prefix a proxy
    has shown to the client.

    Args:
        page: A page, of numbers or of cursors.
        query: The query string of the request.
    """
    pairs = parse_qsl(query, keep_blank_values=True, errors="surrogateescape")
    links = _by_cursor if hasattr(page, "next_cursor") else _by_number
    found = [(name, value) for name, value in links(page) if value is not None]
    if {name for name, _ in found} <= {"first", "last"}:
        return ""
    parameter = "cursor" if links is _by_cursor else "page"
    link = partial(_link, [pair for pair in pairs if pair[0] != parameter], parameter)
    return ", ".join(link(name, value) for name, value in found)


def _by_number(page: object) -> Iterator[tuple[str, int | None]]:
    numbered = cast("Numbered", page)
    current = numbered.current_page
    last: int | None = getattr(page, "last_page", None)
    yield "first", 1
    yield "prev", current - 1 if current > 1 else None
    yield "next", current + 1 if numbered.has_more else None
    yield "last", last


def _by_cursor(page: object) -> Iterator[tuple[str, str | None]]:
    yield "first", ""
    yield "prev", getattr(page, "previous_cursor", None)
    yield "next", getattr(page, "next_cursor", None)


def _link(others: Pairs, parameter: str, name: str, value: object) -> str:
    pairs = [*others, (parameter, str(value))] if value != "" else others
    return f'<?{urlencode(pairs, errors="surrogateescape")}>; rel="{name}"'
