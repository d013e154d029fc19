"""`AuthorizationWatch`: which requests wrote rows, and which of them asked a policy."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from ..queries._counter import QueryCounter
from ..queries._executed_query import ExecutedQuery
from ..queries._listener import RequestGroup, current_query_group


class AuthorizationWatch:
    """Notes the queries of requests, and the requests in which a policy decided.

    Args:
        app: The application, whose `@public` routes need no decision.
    """

    def __init__(self, app: object) -> None:
        self._app = app
        self._counter = QueryCounter(engine_wide=True)
        self._decided: set[object] = set()

    @contextmanager
    def active(self) -> Iterator[None]:
        """Watch all requests of a `StreamingTransport`, until this ends."""
        from ftf.http.auth import observing_decisions

        with self._counter, observing_decisions(self._note):
            yield

    def _note(self, *_: object) -> None:
        self._decided.add(current_query_group())

    def unauthorized(self) -> dict[RequestGroup, list[ExecutedQuery]]:
        """Return the requests in which rows were written and no policy decided, with the writes."""
        found: dict[RequestGroup, list[ExecutedQuery]] = {}
        public, tables = self._public(), _tables_of_credentials()
        for query in self._counter.executed:
            group = query.query_group
            if not isinstance(group, RequestGroup) or query.is_read or _table_of(query) in tables:
                continue
            is_decided = group in self._decided or group.endpoint in public or _is_own(group)
            if not is_decided:
                found.setdefault(group, []).append(query)
        return found

    def _public(self) -> list[object]:
        """Return the handlers that `@public` marks."""
        open_routes = getattr(self._app, "open_routes", list)
        return [each.endpoint for each in open_routes() if each.is_marked and each.endpoint]

    def report(self) -> str:
        """Return a text that lists what nothing has authorized; it is empty if there is nothing."""
        found = self.unauthorized()
        if not found:
            return ""
        lines = ["Rows were written, and no policy decided whether the user may:"]
        for group, queries in found.items():
            lines.append(f"  {group.label}")
            lines += (f"    {query.text}\n      at {query.origin}" for query in queries)
        remedy = "Ask one in the handler, as by `await gate.authorize(PostPolicy.update, post)`."
        return "\n".join((*lines, remedy))


def _is_own(group: RequestGroup) -> bool:
    """Return whether a handler of `auth_routes` has served a request: it decides by itself."""
    module = getattr(group.endpoint, "__module__", None) or ""
    return module.startswith("ftf.http.auth.")


def _table_of(query: ExecutedQuery) -> object:
    return getattr(getattr(query.compiled, "statement", None), "table", None)


def _tables_of_credentials() -> list[object]:
    """Return the tables of logins and API tokens, in which guards note when they were used."""
    if "ftf.http.auth.orm" not in sys.modules:
        return []
    from ftf.http.auth.orm import ApiTokenColumns, LoginSessionColumns

    found: list[type] = [ApiTokenColumns, LoginSessionColumns]
    for each in found:
        found += each.__subclasses__()
    return [table for each in found if (table := getattr(each, "__table__", None)) is not None]
