"""One builder at a time for each instance, across tasks, threads and event loops."""

from threading import Event, Lock, get_ident

from ..exceptions import CircularDependencyError
from ..graph._node import Node
from ._event_loop import current_task, wake_up_call
from ._late import refuse_late
from ._state import Builder, ScopeState, Wake

# One lock for all scopes, because a circle of waiters can run through several containers.
_mutex = Lock()
# The build that a waiting task or thread waits for; a circle in it is a deadlock.
_waits: dict[Builder, tuple[ScopeState, object]] = {}


def enter(scope: ScopeState, slot: object, me: Builder) -> bool:
    """Begin a build, unless another task or thread builds the instance. Return whether it began.

    For singletons, which threads and event loops share. The build of a scoped service begins with a
    plain assignment, which no other task of the loop can interrupt.
    """
    with _mutex:
        return slot not in scope._builds and scope._builds.setdefault(slot, me) is me


def leave(scope: ScopeState, slot: object) -> None:
    """End a build, whether it succeeded or failed."""
    del scope._builds[slot]
    if scope._waiters:
        wake(scope, slot)


def wake(scope: ScopeState, slot: object) -> None:
    """Wake the waiters of a finished build."""
    with _mutex:
        waiters = scope._waiters.pop(slot, ()) if scope._waiters else ()
    for wake_up in waiters:
        wake_up()


def join(scope: ScopeState, node: Node) -> None:
    """Block until no thread or task builds a node.

    Raises:
        CircularDependencyError: The builder waits for the caller.
    """
    me, ended = get_ident(), Event()
    if _wait(scope, node, me, ended.set):
        try:
            ended.wait()
        finally:
            _waits.pop(me, None)


async def ajoin(scope: ScopeState, node: Node) -> None:
    """Wait until no thread or task builds a node.

    Raises:
        CircularDependencyError: The builder waits for the caller.
    """
    me, (ended, end) = current_task(), wake_up_call()
    if _wait(scope, node, me, end):
        try:
            await ended()
        finally:
            _waits.pop(me, None)
        if scope._closed:
            refuse_late(node)


def _wait(scope: ScopeState, node: Node, me: Builder, wake_up: Wake) -> bool:
    """Register a waiter. Return whether there is a build to wait for."""
    slot = node.slot
    with _mutex:
        # The end of a build removes the builder before it wakes the waiters: a waiter that is
        # added before the look at the builder is woken.
        if scope._waiters is None:
            scope._waiters = {}
        waiters = scope._waiters.setdefault(slot, [])
        waiters.append(wake_up)
        builder = scope._builds.get(slot)
        circular = builder is not None and _leads_to(builder, me)
        if builder is not None and not circular:
            _waits[me] = scope, slot
            return True
        waiters.remove(wake_up)
    if circular:
        step = node.binding.step()
        raise CircularDependencyError((step, step))
    return False  # pragma: no cover  # the build ended in another thread just now


def _leads_to(builder: Builder, me: Builder) -> bool:
    while builder != me and builder in _waits:
        scope, slot = _waits[builder]
        builder = scope._builds.get(slot)
    return builder == me
