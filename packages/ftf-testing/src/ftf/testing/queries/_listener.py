"""Listening to all engines, and noting what runs in the logs of whoever counts here."""

import sys
from contextvars import ContextVar
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

UNCOUNTED: Final = "ftf_uncounted"  # the execution option of what no counter is told of
_here: ContextVar[tuple[QueryLog, ...]] = ContextVar("ftf_query_logs", default=())
# By the cursor's id, the query it runs or ran last: one that fails has no end, and the id of a
# cursor that is gone can be that of another one.
_running: dict[int, ExecutedQuery] = {}
# With the thread it is good for; None for all.
_query_group: ContextVar[tuple[int | None, object]] = ContextVar(
    "ftf_query_group", default=(0, None)
)
# What the body of a test has called: another object for each call.
_call: ContextVar[object] = ContextVar("ftf_call_of_test", default=None)
IN_REQUEST: Final = object()
"""The call of what a request of `StreamingTransport` runs, which is never that of the test."""


class _Everywhere:
    logs: tuple[QueryLog, ...] = ()
    opened: ClassVar[set[QueryLog]] = set()  # those of one context as well
    lock = RLock()  # the garbage collector may close a counter while one is opened


def start(log: QueryLog, *, everywhere: bool) -> None:
    """Keep the queries of this context and of those copied from it, or of all contexts."""
    with _Everywhere.lock:
        _listen()
        _Everywhere.opened.add(log)
        if everywhere:
            _Everywhere.logs += (log,)
        else:
            _here.set((*_here.get(), log))
    log.is_open = True


def stop(log: QueryLog) -> None:
    """Keep no more, in contexts that were copied meanwhile neither."""
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
    # Imported here, so that pytest starts as fast as without this plugin.
    from sqlalchemy import Engine, event

    event.listen(Engine, "before_cursor_execute", _begin)
    event.listen(Engine, "after_cursor_execute", _end)


def _begin(  # noqa: PLR0913, PLR0917  # the event's own signature
    connection: "Connection",
    cursor: object,
    statement: str,
    parameters: Any,  # noqa: ANN401
    context: Any,  # noqa: ANN401  # a default one, which knows more than the protocol
    executemany: bool,  # noqa: FBT001
) -> None:
    before = _running.pop(id(cursor), None)
    engine = connection.engine
    logs = _Everywhere.logs + _here.get()
    wanting = [log for log in logs if log.wants(engine.pool)]
    if not wanting or UNCOUNTED in context.execution_options:
        return
    named = getattr(context, "compiled_parameters", [])  # one list for all batches of an insert
    # The options themselves would keep the session, and its connection from the pool.
    loading = context.execution_options.get("_sa_orm_load_options")
    query = ExecutedQuery(
        statement,
        named,
        parameters,
        executemany,
        engine.hide_parameters,
        trace(sys._getframe(1), current_options().stack_depth),  # noqa: SLF001  # documented
        _current_query_group(),
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


def _current_query_group() -> object:
    """Give what is the same for queries that run one after the other, and never used again.

    A copied context brings its origin's along; in another thread it gets its own, but for that of
    a request.
    """
    thread, query_group = _query_group.get()
    if thread != get_ident() and thread is not None:
        query_group = object()
        _query_group.set((get_ident(), query_group))
    return query_group


def begin_request() -> None:
    """Start a new query_group for this request, shared by all of its threads."""
    _query_group.set((None, object()))
    _call.set(IN_REQUEST)


def begin_call() -> None:
    """Tell what the body of the test calls now from what it has called before."""
    if _call.get() is not IN_REQUEST:
        _call.set(object())
