"""The source code that delivers a service, written for its graph."""

import linecache
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from functools import cache, partial
from types import CodeType, CoroutineType, FunctionType
from typing import TYPE_CHECKING, Never, get_origin

from .._dependency_path import name_of
from ..exceptions import AsyncDependencyError, CircularDependencyError, InvalidRegistrationError
from ..graph._node import Node
from ..registration._factory_kind import Kind
from ..scopes._builds import ajoin, wake
from ..scopes._event_loop import asyncio_current_task, current_task
from ..scopes._teardown import alate, closing_method, late, makes_new, never_yielded, refuse_late

if TYPE_CHECKING:
    from ._functions import Resolvers

_DEEPEST, _LONGEST = 30, 300
"""Beyond so many levels or lines, a service is left to a function of its own."""


class Assembly:
    """Writes one function, which takes a scope and delivers a service from it.

    The names in the source: `s` is the scope, `i` its instances, `b` its builds under way, `v1`
    something known now, `x2` an instance, `g3` a generator.

    Args:
        resolvers: Where the functions of other nodes are found.
        awaiting: Whether the function is a coroutine function.

    Attributes:
        unbuilt: The slots of the singletons without which the function was written.
    """

    def __init__(self, resolvers: "Resolvers", *, awaiting: bool) -> None:
        self._resolvers = resolvers
        self._awaiting = awaiting
        self._lines: list[str] = []
        self._indent, self._level, self._names = 2, 0, 0
        self._locals: dict[object, str] = {}
        self._globals: dict[str, object] = {"circular": circular}
        self._used: set[str] = set()
        self.unbuilt: set[object] = set()

    def delivery(self, node: Node) -> Callable[..., object]:
        """Write the function that delivers a node, from its scope if it is there."""
        self._write(f"return {self._deliver(node)}")
        return self._function(node, "s")

    def build(self, node: Node) -> Callable[..., object]:
        """Write the function that makes the instance of a singleton."""
        self._write(f"return {self._make(node)}")
        self._used -= {"e"}
        return self._function(node, "s")

    def call(self, node: Node, given: Collection[str]) -> Callable[..., object]:
        """Write the function that calls `f` with the services it asks for and what is `given`."""
        if node.is_awaited and not self._awaiting:
            refuse_async(node, node)
        services = self._arguments(node)
        passed = ("**given",) if given else ()
        awaited = "await " if node.is_awaited else ""
        self._write(f"x = {awaited}f({', '.join((*services, *passed))})")
        maybe = self._awaiting and not node.is_awaited
        self._write(f"return {"await x if hasattr(x, '__await__') else " * maybe}x")
        return self._function(node, "s, f, given")

    def _function(self, node: Node, parameters: str) -> Callable[..., object]:
        root, entered = self._value(self._resolvers.root), self._value(self._resolvers.entered)
        opening = {
            "e": [f"if s is {root}: s = {entered}(delivered)"],
            "i": [f"if s._closed: {self._value(refuse_late)}(delivered)", "i = s._instances"],
        }
        source = (
            f"{'async ' if self._awaiting else ''}def deliver({parameters}):",
            "  try:",
            *(f"    {line}" for used in opening if used in self._used for line in opening[used]),
            *self._lines,
            "  except RecursionError as error:",
            "    raise circular(error)",
        )
        name = f"deliver {name_of(node.binding.key)}"
        # Each function has code of its own, because the interpreter specialises the code.
        code = _code("\n".join(source)).replace(co_name=name, co_qualname=name)
        return FunctionType(code, {**self._globals, "delivered": node}, name)

    def _write(self, *lines: str) -> None:
        self._lines += ("  " * self._indent + line for line in lines)

    @contextmanager
    def _block(self, *opening: str) -> Iterator[None]:
        self._write(*opening)
        self._indent += 1
        known = dict(self._locals)
        yield
        self._indent -= 1
        self._locals = known

    def _name(self, letter: str) -> str:
        self._names += 1
        return f"{letter}{self._names}"

    def _value(self, value: object) -> str:
        name = self._name("v")
        self._globals[name] = value
        return name

    def _deliver(self, node: Node) -> str:
        """Write how a node is delivered, and tell the name it is then known by."""
        if node.binding.kind is Kind.SCOPE:
            self._used |= {"e"}
            return "s"
        if node.slot in self._locals:
            return self._locals[node.slot]
        if (ready := self._resolvers.singletons.ready(node)) is not None:
            return self._value(ready[0])
        singleton = node.binding.lifetime == "singleton"
        if singleton:
            self.unbuilt.add(node.slot)
            if not self._awaiting and self._resolvers.singletons.is_awaited(node):
                self.unbuilt.update(self._resolvers.singletons.unbuilt(node))
                return self._refusal(node)
        if singleton or self._level > _DEEPEST or len(self._lines) > _LONGEST:
            return self._refer(node)
        return self._scoped(node) if node.binding.is_kept else self._make(node)

    def _refusal(self, node: Node) -> str:
        name = self._name("x")
        if node.needs_scope:  # that there is none goes first
            self._used |= {"e"}
        self._write(f"{name} = {self._value(refuse_async)}(delivered, {self._value(node)})")
        return name

    def _refer(self, node: Node) -> str:
        """Write a call of the node's own function."""
        awaited = self._awaiting and node.is_async
        functions = self._resolvers.awaiting if awaited else self._resolvers.sync
        name = self._name("x")
        key, write = self._value(node), self._value(partial(self._resolvers.open, awaiting=awaited))
        call = f"({self._value(functions)}.get({key}) or {write}({key}))(s)"
        self._write(f"{name} = {'await ' if awaited else ''}{call}")
        self._check(node, awaited=awaited)
        return name

    def _scoped(self, node: Node) -> str:
        """Write how an instance is taken from the scope, or made for it."""
        name, place = self._name("x"), self._place(node)
        awaited = self._awaiting and node.is_async
        if awaited:
            slot = self._value(node.slot)
            self._write("b = s._flights")
            self._write(f"while {slot} in b: await {self._value(ajoin)}(s, {self._value(node)})")
        with self._block(f"if {place} in i: {name} = i[{place}]", "else:"):
            if not awaited:
                self._write(f"{name} = i.setdefault({place}, {self._make(node)})")
            else:
                # asyncio's own function, because it is in C; a `try` that succeeds takes no time.
                asyncio_task, task = map(self._value, (asyncio_current_task(), current_task))
                self._write(f"try: b[{slot}] = {asyncio_task}()")
                self._write(f"except RuntimeError: b[{slot}] = {task}()")
                with self._block("try:"):
                    self._write(f"{name} = i.setdefault({place}, {self._make(node)})")
                with self._block("finally:"):
                    self._write(f"del b[{slot}]")
                    self._write(f"if s._waiters: {self._value(wake)}(s, {slot})")
        self._locals[node.slot] = name
        return name

    def _place(self, node: Node) -> str:
        """Name what the instance of a scope is kept under."""
        self._used |= {"e", "i"}
        return self._value(node.slot if node.layers else self._resolvers.number(node.slot))

    def _make(self, node: Node) -> str:
        """Write how an instance is made, and tell its name."""
        if node.is_awaited and not self._awaiting:
            return self._refusal(node)
        self._level += (cost := 3 if node.binding.is_kept else 1)
        arguments = self._arguments(node)
        self._level -= cost
        name = self._name("x")
        call = f"{self._value(node.binding.factory)}({', '.join(arguments)})"
        if node.binding.kind.is_generator:
            self._enter(node, name, call)
        else:
            self._write(f"{name} = {'await ' if node.binding.kind.is_async else ''}{call}")
            if node.binding.kind is Kind.CALL and not node.binding.is_class:
                refusal = f"{self._value(refuse_coroutine)}({self._value(node)}, {name})"
                self._write(f"if type({name}) is {self._value(CoroutineType)}: {refusal}")
            if node.binding.is_kept:
                self._adopt(node, name)
            self._check(node, awaited=node.binding.kind.is_async)
        for extension in node.extensions:
            awaited = "await " if Kind.of(extension).is_async else ""
            decorated = (
                f"{self._value(extension)}({name}, {self._value(self._resolvers.container)})"
            )
            self._write(f"{name} = {awaited}{decorated}")
            self._check(node, awaited=bool(awaited))
        return name

    def _check(self, node: Node, *, awaited: bool) -> None:
        """Write that nothing is delivered if the scope ended meanwhile."""
        if awaited:
            self._write(f"if s._closed: {self._value(refuse_late)}({self._value(node)})")

    def _arguments(self, node: Node) -> list[str]:
        return [
            f"{name}={self._deliver(below)}" if by_name else self._deliver(below)
            for name, below, by_name in node.arguments
        ]

    def _enter(self, node: Node, name: str, call: str) -> None:
        generator = self._name("g")
        loop = "async for" if node.binding.kind.is_async else "for"
        self._write(f"{generator} = {call}")
        self._write(f"{loop} {name} in {generator}: break")
        self._write(f"else: {self._value(never_yielded)}({self._value(node)})")
        self._exit(node, generator)

    def _adopt(self, node: Node, name: str) -> None:
        """Write how an instance is closed, if it is new and can be."""
        factory = get_origin(node.binding.factory) or node.binding.factory
        if isinstance(factory, type):
            method = closing_method(factory)
            if method is None:
                return
            if makes_new(factory):
                self._exit(node, f"{name}.{method}")
                return
        resource = self._name("g")
        self._write(f"{resource} = {self._value(self._resolvers.resource_of)}(s, {name})")
        with self._block(f"if {resource} is not None:"):
            self._exit(node, resource)

    def _exit(self, node: Node, resource: str) -> None:
        self._used |= {"e"}
        late_call = f"{self._value(late)}({self._value(node)}, {resource})"
        if self._awaiting:
            late_call = f"await {self._value(alate)}({self._value(node)}, {resource})"
        self._write(f"if s._closed: {late_call}")
        self._write(f"s._exits.append(({self._value(node.slot)}, {resource}))")


@cache
def _code(source: str) -> CodeType:
    file = f"<ftf.container {_code.cache_info().currsize}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    scope: dict[str, FunctionType] = {}
    exec(compile(source, file, "exec"), scope)  # noqa: S102  # see the benchmarks' README
    return scope["deliver"].__code__


def refuse_async(asked: Node, node: Node) -> object:
    """Refuse to deliver, without awaiting, a node that has to be awaited."""
    _, *below = node.path_to(lambda each: each.is_awaited)
    raise AsyncDependencyError((*asked.path_to(lambda each: each is node), *below))


def refuse_coroutine(node: Node, coroutine: CoroutineType[object, object, object]) -> Never:
    """Refuse what a function returned that turned out to be async."""
    coroutine.close()
    problem = "Its factory returned a coroutine, but does not say that it is async."
    remedy = f"Make it `async def`, or annotate it `-> Awaitable[{name_of(node.binding.key)}]`."
    raise InvalidRegistrationError((node.binding.step(),), problem, remedy)


def circular(error: RecursionError) -> Exception:
    """Tell a service that needs itself through the container from any other endless recursion."""
    path, traceback = [], error.__traceback__
    while traceback is not None:
        node = traceback.tb_frame.f_globals.get("delivered")
        if isinstance(node, Node):
            path.append(node.binding.step())
            if len(path) > 1 and path[-1] == path[0]:
                return CircularDependencyError(tuple(path))
        traceback = traceback.tb_next
    return error
