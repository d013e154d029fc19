"""The listener of all engines, which adds each query to the logs of the active counters."""

import sys
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from threading import RLock, get_ident
from time import perf_counter
from typing import TYPE_CHECKING, Any, ClassVar, Final

from .._application_lines import trace
from ._executed_query import ExecutedQuery
from ._log import QueryLog
from ._options import current_options

if TYPE_CHECKING:
    from sqlalchemy import Connection

UNCOUNTED: Final = "ftf_uncounted"  # the execution option of queries that are not counted
_here: ContextVar[tuple[QueryLog, ...]] = ContextVar("ftf_query_logs", default=())
# By the cursor's id, its current or last query: after_cursor_execute is not sent for a query that
# failed, and the id of a deleted cursor can be reused.
_running: dict[int, ExecutedQuery] = {}
# With the thread that it is valid in; None for all.
_query_group: ContextVar[tuple[int | None, object]] = ContextVar(
    "ftf_query_group", default=(0, None)
)
# A new object for each call from the body of a test.
_call: ContextVar[object] = ContextVar("ftf_call_of_test", default=None)
IN_REQUEST: Final = object()
"""The call of all queries of a `StreamingTransport` request."""


@dataclass(slots=True, eq=False)
class RequestGroup:
    """The query group of one request.

    Args:
        label: The request's method and path.

    Attributes:
        endpoint: The handler, once the request has ended.
    """

    label: str
    endpoint: object = None


class _Everywhere:
    logs: tuple[QueryLog, ...] = ()
    opened: ClassVar[set[QueryLog]] = set()  # also those of one context
    lock = RLock()  # reentrant: the garbage collector can close a counter during `start`


def start(log: QueryLog, *, everywhere: bool) -> None:
    """Log the queries of this context and of its copies, or of all contexts."""
    with _Everywhere.lock:
        _listen()
        _Everywhere.opened.add(log)
        if everywhere:
            # A new tuple, because _begin reads it without the lock.
            _Everywhere.logs += (log,)
        else:
            _here.set((*_here.get(), log))
    log.is_open = True


def stop(log: QueryLog) -> None:
    """Stop logging queries, also in contexts that were copied meanwhile."""
    log.is_open = False
    with _Everywhere.lock:
        _Everywhere.logs = _without(log, _Everywhere.logs)
        _Everywhere.opened.discard(log)
        if not _Everywhere.opened:
            _running.clear()
    _here.set(_without(log, _here.get()))


def _without(log: QueryLog, logs: tuple[QueryLog, ...]) -> tuple[QueryLog, ...]:
    return tuple(other for other in logs if other is not log)


@cache
def _listen() -> None:
    # Imported late, so that pytest starts as fast as without this plugin.
    from sqlalchemy import Engine, event

    event.listen(Engine, "before_cursor_execute", _begin)
    event.listen(Engine, "after_cursor_execute", _end)


def _begin(  # noqa: PLR0917  # the signature of the event
    connection: "Connection",
    cursor: object,
    statement: str,
    parameters: Any,  # noqa: ANN401
    context: Any,  # noqa: ANN401  # a DefaultExecutionContext, which has more than the protocol
    executemany: bool,  # noqa: FBT001
) -> None:
    before = _running.pop(id(cursor), None)
    engine = connection.engine
    logs = _Everywhere.logs + _here.get()
    wanting = [log for log in logs if log.wants(engine.pool)]
    if not wanting or UNCOUNTED in context.execution_options:
        return
    named = getattr(context, "compiled_parameters", [])  # one list for all batches of an insert
    # Storing the options would keep the session alive, and its connection out of the pool.
    loading = context.execution_options.get("_sa_orm_load_options")
    query = ExecutedQuery(
        statement,
        named,
        parameters,
        executemany,
        engine.hide_parameters,
        trace(sys._getframe(1), current_options().stack_depth),  # noqa: SLF001  # documented
        current_query_group(),
        _call.get(),
        executemany and before is not None and before.named is named,
        context.compiled,
        loading is not None and loading._lazy_loaded_from is not None,  # noqa: SLF001
        perf_counter(),
    )
    for log in wanting:
        log.kept.append(query)
    _running[id(cursor)] = query


def _end(_connection: object, cursor: object, *_: object) -> None:
    if (query := _running.get(id(cursor))) is not None:
        query.seconds = perf_counter() - query.began


def current_query_group() -> object:
    """Return an object that identifies the queries of one task, thread or request.

    A copied context has the group of its original; another thread gets its own group, unless it
    works for a request.
    """
    thread, query_group = _query_group.get()
    if thread != get_ident() and thread is not None:
        query_group = object()
        _query_group.set((get_ident(), query_group))
    return query_group


def begin_request(label: str) -> RequestGroup:
    """Start a new query group for this request, shared by all of its threads."""
    group = RequestGroup(label)
    _query_group.set((None, group))
    _call.set(IN_REQUEST)
    return group


def begin_call() -> None:  # pragma: no cover  # sys.monitoring, which calls it, suspends tracing
    """Start a new call from the body of the test."""
    if _call.get() is not IN_REQUEST:
        _call.set(object())
