"""`AuthorizationWatch`: which requests wrote rows, and which of them asked a policy."""

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
        public = self._public()
        for query in self._counter.executed:
            group = query.query_group
            if not isinstance(group, RequestGroup) or query.is_read:
                continue
            if group not in self._decided and group.endpoint not in public:
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
