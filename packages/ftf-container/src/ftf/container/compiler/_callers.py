"""The functions that call other functions with what they ask for."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from types import MethodType
from typing import TYPE_CHECKING, Any
from weakref import proxy, ref

from ..graph._graph import Graph
from ..registration._binding import Binding
from ..registration._factory_kind import Kind
from ..scopes._scope import later
from ._delivery import Assembly

if TYPE_CHECKING:
    from ._functions import Resolvers

type Door = Callable[..., Any]


class Calls:
    """Writes such a function once for each function and set of arguments that are given.

    Args:
        resolvers: Where the functions of services are found.
        graph: What the functions are written from.
    """

    def __init__(self, resolvers: "Resolvers", graph: Graph) -> None:
        self._resolvers = resolvers
        self._graph = graph
        self._calls: dict[int, dict[object, Door]] = {}
        self._callers: dict[int, object] = {}

    def clear(self) -> None:
        """Forget what was written."""
        self._calls.clear()
        self._callers.clear()

    def find(self, function: Door, given: Mapping[str, object], *, awaiting: bool) -> Door:
        """Find or write the function that calls another with what it asks for."""
        # A bound method is a new object each time, so what is remembered is its function.
        source = function.__func__ if type(function) is MethodType else function
        names = awaiting, source is function, *given
        try:
            return self._calls[id(source)][names]
        except KeyError:
            write = partial(self._write_call, source, function, names)
            return later(write) if awaiting else write()

    def _write_call(self, source: object, function: Door, names: tuple[Any, ...]) -> Door:
        awaiting, _, *given = names
        kind = Kind.of(function)
        # A generator is not driven here: it is what the caller asked for.
        binding = Binding(source, function, "transient", Kind.CALL if kind.is_generator else kind)
        with self._resolvers.lock:
            node = self._graph.call(binding, given)
            if self._resolvers.boot.is_due(node):
                again = partial(self._write_call, source, function, names)
                return self._resolvers.late(again, awaiting=awaiting)
            assembly = Assembly(self._resolvers, awaiting=awaiting)
            if not {parameter.name for parameter in binding.parameters()}.issuperset(given):
                # Names that only `**kwargs` takes may be any: they are not worth remembering.
                return assembly.call(node, given)
            try:
                # What is remembered must not keep the function alive.
                stand_in = proxy(source)
                self._callers[id(source)] = ref(source, partial(self._drop_call, id(source)))
            except TypeError:
                return assembly.call(node, given)
            node = replace(node, binding=replace(binding, key=stand_in, factory=stand_in))
            doors = self._calls.setdefault(id(source), {})
            door = doors.setdefault(names, assembly.call(node, given))
            self._resolvers.drop_when_built(assembly.unbuilt, partial(doors.pop, names, None))
            return door

    def _drop_call(self, number: int, _: object) -> None:
        self._calls.pop(number, None)
        self._callers.pop(number, None)
