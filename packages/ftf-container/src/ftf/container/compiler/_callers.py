"""Compiled callers for `call` and `acall`, one per function and set of given arguments."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from threading import RLock
from types import MethodType
from typing import Any, Protocol
from weakref import proxy, ref

from .._provider import Providers
from ..graph._graph import Graph
from ..registration._binding import Binding
from ..registration._factory_kind import Kind
from ..scopes._functions import Function, later
from ._delivery import Delivery
from ._links import Links


class Compiler(Links, Protocol):
    """The compiler of a container, as far as its callers need it."""

    @property
    def lock(self) -> RLock:
        """The lock under which functions are compiled."""

    @property
    def providers(self) -> Providers:
        """The service providers, which may have to be booted first."""

    def after_boot(self, find: Callable[[], Function], *, awaiting: bool) -> Function:
        """Return a function that boots late providers first, and then calls the one it finds."""

    def drop_when_built(self, slots: Iterable[object], drop: Callable[[], object]) -> None:
        """Call `drop` when one of some singletons is built."""


class CompiledCallers:
    """The functions that call others with the services those ask for.

    Args:
        compiler: What the functions are linked to.
        graph: What they are written from.
    """

    def __init__(self, compiler: Compiler, graph: Graph) -> None:
        self._compiler = compiler
        self._graph = graph
        self._callers: dict[int, dict[object, Function]] = {}
        self._functions: dict[int, object] = {}

    def clear(self) -> None:
        """Drop every caller."""
        self._callers.clear()
        self._functions.clear()

    def find(self, function: Function, given: Mapping[str, object], *, awaiting: bool) -> Function:
        """Return the caller of a function with these given arguments; compile it on first use."""
        # A bound method is a new object each time; the function below it stays the same.
        source = function.__func__ if type(function) is MethodType else function
        names = awaiting, source is function, *given
        try:
            return self._callers[id(source)][names]
        except KeyError:
            compile_ = partial(self._compile, source, function, names)
            return later(compile_) if awaiting else compile_()

    def _compile(self, source: object, function: Function, names: tuple[Any, ...]) -> Function:
        awaiting, _, *given = names
        kind = Kind.of(function)
        # A generator is what the caller asked for: it is returned, not advanced.
        binding = Binding(source, function, "transient", Kind.CALL if kind.is_generator else kind)
        with self._compiler.lock:
            node = self._graph.call(binding, given)
            if self._compiler.providers.is_due(node):
                again = partial(self._compile, source, function, names)
                return self._compiler.after_boot(again, awaiting=awaiting)
            delivery = Delivery(self._compiler, awaiting=awaiting)
            # Names that only `**kwargs` takes may be any: their callers are not kept.
            takes_all = {each.name for each in binding.parameters()}.issuperset(given)
            if not (takes_all and self._refer(source)):
                return delivery.call(node, given)
            # A proxy, because the caller must not keep the function alive.
            stand_in = proxy(source)
            node = replace(node, binding=replace(binding, key=stand_in, factory=stand_in))
            callers = self._callers.setdefault(id(source), {})
            caller = callers.setdefault(names, delivery.call(node, given))
            self._compiler.drop_when_built(delivery.unbuilt, partial(callers.pop, names, None))
            return caller

    def _refer(self, function: object) -> bool:
        """Drop a function's callers when it is deleted. Return whether that is possible."""
        number = id(function)
        try:
            self._functions[number] = ref(function, partial(self._drop, number))
        except TypeError:  # such as a built-in function
            return False
        return True

    def _drop(self, number: int, _: object) -> None:
        self._callers.pop(number, None)
        self._functions.pop(number, None)
