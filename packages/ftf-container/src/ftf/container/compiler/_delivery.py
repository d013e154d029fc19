"""The source that is written for a service: how it is found, made, decorated and closed."""

from collections.abc import Callable, Collection
from functools import partial
from types import CoroutineType
from typing import get_origin

from .._dependency_path import name_of
from ..graph._node import Node
from ..registration._factory_kind import Kind
from ..scopes._builds import ajoin, wake
from ..scopes._event_loop import asyncio_current_task, current_task
from ..scopes._functions import Function
from ..scopes._late import aclose_late, close_late, never_yielded, refuse_late
from ..scopes._teardown import closing_method, makes_new
from ._links import Links
from ._runtime import circular, refuse_async, refuse_coroutine
from ._source import Source

_DEEPEST, _LONGEST = 30, 300
"""Beyond so many levels or lines, a service is left to a function of its own."""


class Delivery:
    """Writes one function, which takes a scope and delivers a service from it.

    Args:
        links: Where the functions of other nodes are found, and what written code calls.
        awaiting: Whether the function is a coroutine function.

    Attributes:
        unbuilt: The slots of the singletons that did not exist when the function was written.
    """

    def __init__(self, links: Links, *, awaiting: bool) -> None:
        self.unbuilt: set[object] = set()
        self._links = links
        self._awaiting = awaiting
        self._level = 0
        self._is_in_root = False
        self._source = Source("scope", awaiting=awaiting)

    def delivery(self, node: Node) -> Function:
        """Write the function that delivers a node, from its scope if it is there."""
        self._write(f"return {self._deliver(node)}")
        return self._function(node)

    def build(self, node: Node) -> Function:
        """Write the function that makes the instance of a singleton, and is given the root."""
        self._is_in_root = True
        self._write(f"return {self._make(node)}")
        return self._function(node)

    def call(self, node: Node, given: Collection[str]) -> Function:
        """Write the function that calls another with the services it asks for and the `given`."""
        if node.is_awaited and not self._awaiting:
            refuse_async(node, node)
        self._source = Source("scope, function, given", awaiting=self._awaiting)
        arguments = [*self._arguments(node), *["**given"] * bool(given)]
        awaited = "await " if node.is_awaited else ""
        self._write(f"result = {awaited}function({', '.join(arguments)})")
        if self._awaiting and not node.is_awaited:
            # A plain function, such as a lambda, may return something to await.
            self._write("if hasattr(result, '__await__'): result = await result")
        self._write("return result")
        return self._function(node)

    def _function(self, node: Node) -> Function:
        self._value("delivered", node, fixed=True)
        handler = f"raise {self._helper(circular)}(error)"
        return self._source.compiled(f"deliver {name_of(node.binding.key)}", handler)

    def _write(self, *lines: str) -> None:
        self._source.write(*lines)

    def _value(self, role: str, value: object, *, fixed: bool = False) -> str:
        return self._source.helper(role, value) if fixed else self._source.value(role, value)

    def _helper(self, function: Callable[..., object]) -> str:
        return self._source.helper(function.__name__, function)

    def _enter_scope(self) -> None:
        """Write that the function finds the caller's scope where it is given the root."""
        if self._is_in_root:
            return
        root = self._value("root", self._links.root, fixed=True)
        entered = self._helper(self._links.runtime.entered)
        self._source.open_with(f"if scope is {root}: scope = {entered}(delivered)")

    def _deliver(self, node: Node) -> str:
        """Write how a node is delivered. Return the name of the instance."""
        if node.binding.kind is Kind.SCOPE:
            self._enter_scope()
            return "scope"
        if node.slot in self._source.known:
            return self._source.known[node.slot]
        if (ready := self._links.singletons.ready(node)) is not None:
            return self._value("instance", ready[0])
        if node.binding.lifetime == "singleton":
            return self._unbuilt(node)
        if self._level > _DEEPEST or len(self._source) > _LONGEST:
            write = self._refer
        else:
            write = self._scoped if node.binding.is_kept else self._make
        return write(node)

    def _unbuilt(self, node: Node) -> str:
        """Write how a singleton is built that does not exist yet."""
        self.unbuilt.add(node.slot)
        if self._awaiting or not self._links.singletons.is_awaited(node):
            return self._refer(node)
        self.unbuilt.update(self._links.singletons.unbuilt(node))
        return self._refusal(node)

    def _refusal(self, node: Node) -> str:
        if node.needs_scope:  # where no scope is open, that is the first error
            self._enter_scope()
        name = self._source.name("refused")
        self._write(
            f"{name} = {self._helper(refuse_async)}(delivered, {self._value('node', node)})"
        )
        return name

    def _refer(self, node: Node) -> str:
        """Write a call of the node's own function."""
        awaited = self._awaiting and node.is_async
        functions = self._links.awaiting if awaited else self._links.sync
        table = self._value("awaiting" if awaited else "sync", functions, fixed=True)
        compile_ = self._value("compile", partial(self._links.open, awaiting=awaited))
        key, name = self._value("node", node), self._source.name("instance")
        call = f"({table}.get({key}) or {compile_}({key}))(scope)"
        self._write(f"{name} = {'await ' if awaited else ''}{call}")
        self._check(node, awaited=awaited)
        return name

    def _scoped(self, node: Node) -> str:
        """Write how an instance is taken from the scope, or made for it."""
        name, place = self._source.name("instance"), self._place(node)
        awaited = self._awaiting and node.is_async
        slot = self._value("slot", node.slot) if awaited else ""
        if awaited:
            self._write("builds = scope._builds")
            join = f"await {self._helper(ajoin)}(scope, {self._value('node', node)})"
            self._write(f"while {slot} in builds: {join}")
        found = f"if {place} in instances: {name} = instances[{place}]"
        with self._source.block(found, "else:"):
            if awaited:
                self._build_alone(node, name, place, slot)
            else:
                self._keep(node, name, place)
        self._source.known[node.slot] = name
        return name

    def _place(self, node: Node) -> str:
        """Write what the instances of the scope are found by. Return the name of this one's key."""
        self._enter_scope()
        self._source.open_with(
            f"if scope._closed: {self._helper(refuse_late)}(delivered)",
            "instances = scope._instances",
        )
        if node.overrides:
            return self._value("slot", node.slot)
        return self._value("number", self._links.slots.number(node.slot))

    def _build_alone(self, node: Node, name: str, place: str, slot: str) -> None:
        """Write that other tasks wait while one of them makes an instance."""
        # asyncio's own function, because it is in C; a `try` that succeeds takes no time.
        asyncio_task = self._value("asyncio_task", asyncio_current_task(), fixed=True)
        self._write(f"try: builds[{slot}] = {asyncio_task}()")
        self._write(f"except RuntimeError: builds[{slot}] = {self._helper(current_task)}()")
        with self._source.block("try:"):
            self._keep(node, name, place)
        with self._source.block("finally:"):
            self._write(f"del builds[{slot}]")
            self._write(f"if scope._waiters: {self._helper(wake)}(scope, {slot})")

    def _keep(self, node: Node, name: str, place: str) -> None:
        # Threads that share a scope may both make the instance; setdefault is atomic.
        self._write(f"{name} = instances.setdefault({place}, {self._make(node)})")

    def _make(self, node: Node) -> str:
        """Write how an instance is made. Return its name."""
        if node.is_awaited and not self._awaiting:
            return self._refusal(node)
        # CPython takes at most 100 levels of indentation and 20 nested `try` blocks.
        self._level += (cost := 3 if node.binding.is_kept else 1)
        arguments = self._arguments(node)
        self._level -= cost
        name = self._source.name("made")
        call = f"{self._value('factory', node.binding.factory)}({', '.join(arguments)})"
        if node.binding.kind.is_generator:
            self._advance(node, name, call)
        else:
            self._call_factory(node, name, call)
        for extension in node.extensions:
            self._decorate(node, name, extension)
        return name

    def _call_factory(self, node: Node, name: str, call: str) -> None:
        kind = node.binding.kind
        self._write(f"{name} = {'await ' if kind.is_async else ''}{call}")
        if kind is Kind.CALL and not node.binding.is_class:
            refusal = f"{self._helper(refuse_coroutine)}({self._value('node', node)}, {name})"
            self._write(f"if type({name}) is {self._helper(CoroutineType)}: {refusal}")
        if node.binding.is_kept:
            self._adopt(node, name)
        self._check(node, awaited=kind.is_async)

    def _decorate(self, node: Node, name: str, extension: Callable[..., object]) -> None:
        awaited = Kind.of(extension).is_async
        owner = self._value("container", self._links.owner, fixed=True)
        call = f"{self._value('decorator', extension)}({name}, {owner})"
        self._write(f"{name} = {'await ' if awaited else ''}{call}")
        self._check(node, awaited=awaited)

    def _check(self, node: Node, *, awaited: bool) -> None:
        """Write that delivery is refused if the scope ended during an `await`."""
        if awaited:
            refusal = f"{self._helper(refuse_late)}({self._value('node', node)})"
            self._write(f"if scope._closed: {refusal}")

    def _arguments(self, node: Node) -> list[str]:
        return [
            f"{name}={self._deliver(below)}" if by_name else self._deliver(below)
            for name, below, by_name in node.arguments
        ]

    def _advance(self, node: Node, name: str, call: str) -> None:
        """Write how a generator is advanced to its `yield`."""
        generator = self._source.name("generator")
        loop = "async for" if node.binding.kind.is_async else "for"
        refusal = f"{self._helper(never_yielded)}({self._value('node', node)})"
        # A loop that is left at once: next() and anext() would let StopIteration out.
        self._write(f"{generator} = {call}", f"{loop} {name} in {generator}: break")
        self._write(f"else: {refusal}")
        self._exit(node, generator)

    def _adopt(self, node: Node, name: str) -> None:
        """Write how an instance is closed, if it is new and can be."""
        factory = get_origin(node.binding.factory) or node.binding.factory
        if isinstance(factory, type):
            method = closing_method(factory)
            if method is None:
                return
            # A new instance has no owner yet, so that nothing has to be looked up when it is made.
            if makes_new(factory):
                self._exit(node, f"{name}.{method}")
                return
        closer = self._source.name("closer")
        self._write(f"{closer} = {self._helper(self._links.runtime.closer_of)}(scope, {name})")
        with self._source.block(f"if {closer} is not None:"):
            self._exit(node, closer)

    def _exit(self, node: Node, resource: str) -> None:
        """Write that something is closed with the scope, or at once if that ended meanwhile."""
        self._enter_scope()
        close = "await " * self._awaiting + self._helper(
            aclose_late if self._awaiting else close_late
        )
        self._write(f"if scope._closed: {close}({self._value('node', node)}, {resource})")
        self._write(f"scope._exits.append(({self._value('slot', node.slot)}, {resource}))")
