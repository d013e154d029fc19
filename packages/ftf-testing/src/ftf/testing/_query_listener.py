"""Listening to all engines, and noting what runs in the logs of whoever counts here."""

import sys
from contextvars import ContextVar
from functools import cache
from threading import Lock, get_ident
from time import perf_counter
from typing import TYPE_CHECKING, Any

from ._executed_query import ExecutedQuery, Parameters
from ._origin import origin
from ._orm_load import Invoked
from ._query_log import QueryLog
from ._query_options import current_options

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from sqlalchemy.engine import ExecutionContext

_QUERY = "_ftf_query"


_here: ContextVar[tuple[QueryLog, ...]] = ContextVar("ftf_query_logs", default=())
_strand: ContextVar[tuple[int, object]] = ContextVar("ftf_query_strand", default=(0, None))


class _Everywhere:
    logs: tuple[QueryLog, ...] = ()
    lock = Lock()


def start(log: QueryLog, *, everywhere: bool) -> None:
    """Keep the queries of this context and of those copied from it, or of all contexts."""
    with _Everywhere.lock:
        _listen()
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
    _here.set(_without(log, _here.get()))


def _without(log: QueryLog, logs: tuple[QueryLog, ...]) -> tuple[QueryLog, ...]:
    return tuple(other for other in logs if other is not log)


@cache
def _listen() -> None:
    # Imported here, so that pytest starts as fast as without this plugin.
    from sqlalchemy import Engine, event

    event.listen(Engine, "before_cursor_execute", _begin)
    event.listen(Engine, "after_cursor_execute", _end)


def _begin(  # the event's own signature
    connection: "Connection",
    _cursor: object,
    statement: str,
    parameters: Any,  # noqa: ANN401
    context: "ExecutionContext",
    executemany: bool,  # noqa: FBT001
) -> None:
    logs = _Everywhere.logs + _here.get()
    if not (wanting := [log for log in logs if log.wants(connection)]):
        return
    frame = sys._getframe(1)  # noqa: SLF001  # documented, and frames are what it gives
    came_from = origin(frame, current_options().stack_depth)
    continues = hasattr(context, _QUERY)
    sets, rows = _parameters(context, parameters, executemany=executemany)
    query = ExecutedQuery(
        statement,
        () if continues or connection.engine.hide_parameters else sets,
        rows,
        came_from,
        _current_strand(),
        continues,
        Invoked(context.invoked_statement, context.execution_options),
    )
    for log in wanting:
        log.add(query)
    setattr(context, _QUERY, (query, perf_counter()))


def _parameters(
    context: "ExecutionContext",
    sent: Any,  # noqa: ANN401
    *,
    executemany: bool,
) -> tuple[Parameters, int]:
    """Give the sets of parameters, by name where they have one, and how many were sent."""
    named: Parameters = getattr(context, "compiled_parameters", ())
    if executemany and not isinstance(sent, list):  # a batch of an insert, with all its values
        return named, len(sent) // len(named[0])
    sets = named or (sent if executemany else [sent])
    return sets, len(sets)


def _end(_connection: object, _cursor: object, _statement: str, *rest: object) -> None:
    if (noted := getattr(rest[1], _QUERY, None)) is not None:
        query, began = noted
        query.seconds = perf_counter() - began


def _current_strand() -> object:
    """Give what is the same for queries that run one after the other, and never used again.

    A copied context brings its origin's along; in another thread it gets its own.
    """
    thread, strand = _strand.get()
    if thread != get_ident():
        begin_strand()
        _, strand = _strand.get()
    return strand


def begin_strand() -> None:
    """Tell the queries of this task from now on from those before it."""
    _strand.set((get_ident(), object()))
