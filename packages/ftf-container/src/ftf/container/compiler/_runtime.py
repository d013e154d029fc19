"""The functions that compiled functions call: scope look-up, teardown, and refusals."""

from collections.abc import Callable
from types import CoroutineType
from typing import Never

from .._dependency_path import name_of
from ..exceptions import (
    AsyncDependencyError,
    CircularDependencyError,
    InvalidRegistrationError,
    ScopeClosedError,
    ScopeNotActiveError,
)
from ..graph._node import Node
from ..scopes._scope import Scope, innermost
from ..scopes._state import ScopeState
from ..scopes._teardown import Resource, closing_method


class Runtime:
    """What compiled functions ask about the container they belong to.

    Args:
        owner: The container.
        root: The scope of its singletons.
        is_shared: Whether an instance is a singleton or was registered as it is.
    """

    def __init__(self, owner: object, root: Scope, is_shared: Callable[[object], bool]) -> None:
        self._owner = owner
        self._root = root
        self._is_shared = is_shared

    def entered(self, node: Node) -> Scope:
        """Return the scope that the caller is in; the root outside of scopes, if nothing is scoped.

        Raises:
            ScopeClosedError: It has ended.
            ScopeNotActiveError: There is none, and the node needs one.
        """
        surroundings = innermost.get()
        scope = None if surroundings is None else surroundings._within(self._owner)
        if scope is None:
            if node.needs_scope:
                raise ScopeNotActiveError(node.path_to(_is_scoped))
            return self._root
        if scope._closed:
            raise ScopeClosedError((node.binding.step(),))
        return scope

    def closer_of(self, scope: ScopeState, instance: object) -> Resource | None:
        """Return what closes an instance that a function returned; `None` if it has an owner.

        A function may return an instance that it was given, which is closed where it was made.
        """
        method = closing_method(type(instance))  # type: ignore[arg-type]  # it is hashable
        if method is None or self._is_shared(instance):
            return None
        known = any(instance is each for each in [*scope._instances.values()])
        return None if known else getattr(instance, method)


def _is_scoped(node: Node) -> bool:
    return node.binding.lifetime == "scoped"


def refuse_async(asked: Node, node: Node) -> object:
    """Refuse to deliver, without awaiting, a node that has to be awaited."""
    _, *below = node.path_to(lambda each: each.is_awaited)
    raise AsyncDependencyError((*asked.path_to(lambda each: each is node), *below))


def refuse_coroutine(node: Node, coroutine: CoroutineType[object, object, object]) -> Never:
    """Refuse a coroutine that was returned by a function not known to be async."""
    coroutine.close()  # else Python warns that it was never awaited
    problem = "Its factory returned a coroutine, but does not say that it is async."
    remedy = f"Make it `async def`, or annotate it `-> Awaitable[{name_of(node.binding.key)}]`."
    raise InvalidRegistrationError((node.binding.step(),), problem, remedy)


def circular(error: RecursionError) -> Exception:
    """Return the error for a recursion: a circle, if a service asked the container for itself."""
    # The globals of a compiled function hold the node that it delivers.
    path, traceback = [], error.__traceback__
    while traceback is not None:
        node = traceback.tb_frame.f_globals.get("delivered")
        if isinstance(node, Node):
            path.append(node.binding.step())
            if len(path) > 1 and path[-1] == path[0]:
                return CircularDependencyError(tuple(path))
        traceback = traceback.tb_next
    return error
