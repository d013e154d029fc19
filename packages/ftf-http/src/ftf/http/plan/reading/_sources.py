"""The parts of a request that have parameters, read from the ASGI scope as Starlette reads them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple
from urllib.parse import parse_qsl

from starlette.requests import HTTPConnection
from starlette.types import Scope

from .._facts import NotPlannedError

type Source = Callable[[Scope, dict[str, object]], None]


class Named(NamedTuple):
    """A parameter: the key of its value, its name in the request, whether it takes all values."""

    key: str
    name: str
    takes_all: bool


def in_path(parameters: Sequence[Named]) -> Source:
    """Return the reader of path parameters."""
    names = [(each.key, each.name) for each in parameters]

    def read(scope: Scope, raw: dict[str, object]) -> None:
        found = scope["path_params"]
        for key, name in names:
            if (value := found.get(name)) is not None:
                raw[key] = value

    return read


def in_query(parameters: Sequence[Named]) -> Source:
    """Return the reader of query parameters: the last of several values, or all of them."""
    singles = [(each.key, each.name) for each in parameters if not each.takes_all]
    lists = [(each.key, each.name) for each in parameters if each.takes_all]

    def read(scope: Scope, raw: dict[str, object]) -> None:
        if not (query := scope["query_string"]):
            return
        pairs = _pairs(query)
        found = dict(pairs)
        for key, name in singles:
            if name in found:
                raw[key] = found[name]
        for key, name in lists:
            if name in found:
                raw[key] = [value for each, value in pairs if each == name]

    return read


def _pairs(query: bytes) -> list[tuple[str, str]]:
    """Return the names and values of a query string, as `starlette.datastructures.QueryParams`."""
    text = query.decode("latin-1")
    if "%" in text or "+" in text:
        return parse_qsl(text, keep_blank_values=True)
    # What parse_qsl() does with a text that has nothing to decode.
    parts = [part.partition("=") for part in text.split("&") if part]
    return [(name, value) for name, _, value in parts]


def in_headers(parameters: Sequence[Named]) -> Source:
    """Return the reader of headers: the first of several values, or all of them."""
    names = [(each.key, _in_bytes(each.name), each.takes_all) for each in parameters]
    wanted = {name for _, name, _ in names}

    def read(scope: Scope, raw: dict[str, object]) -> None:
        found: dict[bytes, list[str]] = {}
        for name, value in scope["headers"]:
            if name in wanted:
                found.setdefault(name, []).append(value.decode("latin-1"))
        for key, name, takes_all in names:
            if name in found:
                raw[key] = found[name] if takes_all else found[name][0]

    return read


def _in_bytes(name: str) -> bytes:
    try:
        return name.lower().encode("latin-1")
    except UnicodeEncodeError:
        raise NotPlannedError(f"no header is called {name!r}") from None


def in_cookies(parameters: Sequence[Named]) -> Source:
    """Return the reader of cookies."""
    names = [(each.key, each.name) for each in parameters]
    if any(each.takes_all for each in parameters):
        raise NotPlannedError("a cookie has one value, and a parameter takes several")

    def read(scope: Scope, raw: dict[str, object]) -> None:
        found = HTTPConnection(scope).cookies
        for key, name in names:
            if name in found:
                raw[key] = found[name]

    return read


SOURCES: Final[Mapping[str, Callable[[Sequence[Named]], Source]]] = {
    "path": in_path,
    "query": in_query,
    "header": in_headers,
    "cookie": in_cookies,
}
