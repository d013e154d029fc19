"""One builder at a time for each instance, across tasks, threads and event loops."""

from threading import Event, Lock, get_ident

from ..exceptions import CircularDependencyError
from ..graph._node import Node
from ._event_loop import current_task, wake_up_call
from ._late import refuse_late
from ._state import Builder, ScopeState, Wake

_mutex = Lock()
_waits: dict[Builder, tuple[ScopeState, object]] = {}


def enter(scope: ScopeState, slot: object, me: Builder) -> bool:
    """Begin a build, unless one is under way.

    The build of a scoped service begins with a plain assignment instead, which no other task can
    come between; the singletons are shared by threads and event loops.
    """
    with _mutex:
        return slot not in scope._builds and scope._builds.setdefault(slot, me) is me


def leave(scope: ScopeState, slot: object) -> None:
    """End a build, well or not."""
    del scope._builds[slot]
    if scope._waiters:
        wake(scope, slot)


def wake(scope: ScopeState, slot: object) -> None:
    """Let everybody look again who waits for a build that has ended."""
    with _mutex:
        waiters = scope._waiters.pop(slot, ()) if scope._waiters else ()
    for go_on in waiters:
        go_on()


def join(scope: ScopeState, node: Node) -> None:
    """Block until nobody builds a node.

    Raises:
        CircularDependencyError: That would be for ever.
    """
    me, ended = get_ident(), Event()
    if _wait(scope, node, me, ended.set):
        try:
            ended.wait()
        finally:
            _waits.pop(me, None)


async def ajoin(scope: ScopeState, node: Node) -> None:
    """Wait until nobody builds a node.

    Raises:
        CircularDependencyError: That would be for ever.
    """
    me, (ended, end) = current_task(), wake_up_call()
    if _wait(scope, node, me, end):
        try:
            await ended()
        finally:
            _waits.pop(me, None)
        if scope._closed:
            refuse_late(node)


def _wait(scope: ScopeState, node: Node, me: Builder, go_on: Wake) -> bool:
    """Ask to be woken when a build ends; tell whether there is one."""
    slot = node.slot
    with _mutex:
        # Whoever ends a build looks for waiters afterwards, so in this order none is missed.
        if scope._waiters is None:
            scope._waiters = {}
        waiters = scope._waiters.setdefault(slot, [])
        waiters.append(go_on)
        builder = scope._builds.get(slot)
        circular = builder is not None and _leads_to(builder, me)
        if builder is not None and not circular:
            _waits[me] = scope, slot
            return True
        waiters.remove(go_on)
    if circular:
        step = node.binding.step()
        raise CircularDependencyError((step, step))
    return False  # pragma: no cover  # the build ended in another thread just now


def _leads_to(builder: Builder, me: Builder) -> bool:
    while builder != me and builder in _waits:
        scope, slot = _waits[builder]
        builder = scope._builds.get(slot)
    return builder == me
