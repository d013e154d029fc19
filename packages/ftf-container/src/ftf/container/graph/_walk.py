"""A walk through the services that a key needs, which finds their nodes and every fault."""

from collections.abc import Collection, Generator, Sequence
from dataclasses import replace
from types import NoneType
from typing import Any, NamedTuple, cast

from .._dependency_path import DependencyPath, Step, name_of
from ..exceptions import (
    CaptiveDependencyError,
    CircularDependencyError,
    DependencyResolutionError,
    InvalidRegistrationError,
)
from ..keys._key import alternatives
from ..registration._binding import Binding
from ..registration._parameters import BadHint, Parameter, TypeArgument
from ..registration._registry import ActiveOverride, Declared, Registry
from ._node import Argument, Node
from ._trampoline import run


class Trail(NamedTuple):
    """A step on the way to a service, and the way there."""

    step: Step
    before: "Trail | None"

    def path(self) -> DependencyPath:
        """Return the steps from the first one to this one."""
        steps: list[Step] = []
        trail: Trail | None = self
        while trail is not None:
            steps.append(trail.step)
            trail = trail.before
        return tuple(reversed(steps))


# Tuples: a thousand services make thousands of requests, and a frozen dataclass takes longer.
class Request(NamedTuple):
    """A key that is asked for, by which parameter, and its binding if that is known."""

    key: object
    parameter: str = ""
    trail: Trail | None = None
    binding: Binding | None = None
    given: Collection[str] = ()

    @property
    def subject(self) -> object:
        """The binding or key: all requests with the same subject get the same node."""
        return self.binding or self.key


class GraphWalk:
    """A walk through services, which goes on after a fault.

    Args:
        registry: What is registered.
        nodes: The nodes that are known already; new ones are added.
    """

    def __init__(self, registry: Registry, nodes: dict[object, Node]) -> None:
        self.faults: list[DependencyResolutionError] = []
        self._registry = registry
        self._nodes = nodes
        self._open: set[object] = set()
        self._broken: set[object] = set()

    def node(self, key: object) -> Node | None:
        """Return the node of a key; `None` if it has a fault."""
        return run(self._visit, Request(key))

    def call(self, binding: Binding, given: Collection[str]) -> Node | None:
        """Return the node of a function call; `None` if it has a fault."""
        return run(self._visit, Request(binding.key, binding=binding, given=given))

    def declared(self, declared: Declared) -> Node | None:
        """Return the node of what an application will ask for; `None` if it has a fault."""
        key, label, call, given = declared.key, declared.label, declared.call, declared.given
        return run(self._visit, Request(key, label, binding=call, given=given))

    def hint(self, hint: object) -> Node | None:
        """Return the node of what a parameter with a hint would get; `None` if it has a fault."""
        try:
            keys = alternatives(hint)
        except InvalidRegistrationError as fault:
            self.faults.append(fault)
            return None
        return self.node(self._registered(keys))

    def _registered(self, keys: Sequence[object]) -> object:
        return next(filter(self._registry.__contains__, keys), keys[0])

    # A coroutine: it yields what it needs first, and `run` calls it again with the node of that,
    # so that a graph may be deeper than the interpreter's stack.
    def _visit(self, request: Request) -> Generator[Request, Node | None, Node | None]:
        subject = request.subject
        if subject in self._nodes or subject in self._broken:
            return self._nodes.get(subject)
        try:
            binding, override = self._binding(request)
        except DependencyResolutionError as fault:
            self._add_fault(fault, request)
            return None
        trail = Trail(binding.step(request.parameter), request.trail)
        if subject in self._open:
            self.faults.append(CircularDependencyError(_loop(trail.path())))
            return None
        self._open.add(subject)
        arguments = yield from self._arguments(binding, request.given, trail)
        self._open.remove(subject)
        extensions = () if override else self._registry.extensions_of(request.key)
        node = None if arguments is None else Node.of(binding, arguments, extensions, override)
        if node is not None and binding.lifetime == "singleton" and node.needs_scope:
            self.faults.append(CaptiveDependencyError(node.path_to(_is_scoped)))
            node = None
        if node is None:
            self._broken.add(subject)
        elif request.trail is not None or request.binding is None:
            self._nodes[subject] = node
        return node

    def _add_fault(self, fault: DependencyResolutionError, request: Request) -> None:
        """Store a fault, with the path that leads to it."""
        first, *others = fault.path
        before = request.trail.path() if request.trail else ()
        fault.path = (*before, replace(first, parameter=request.parameter), *others)
        self.faults.append(fault)

    def _binding(self, request: Request) -> tuple[Binding, ActiveOverride | None]:
        if request.binding is not None:
            return request.binding, None
        binding, override = self._registry.find(request.key)
        if binding is None:
            binding = self._registry.fallback(request.key)
        return binding, override

    def _arguments(
        self, binding: Binding, given: Collection[str], trail: Trail
    ) -> Generator[Request, Node | None, tuple[Argument, ...] | None]:
        arguments: list[Argument] = []
        sound, by_name = True, False
        for parameter in binding.parameters():
            is_given = parameter.name in given
            try:
                request = None if is_given else self._request(parameter, binding, trail)
            except DependencyResolutionError as fault:
                self.faults.append(fault)
                sound = False
                continue
            by_name = (
                by_name or parameter.by_name or (request is None and not parameter.by_position)
            )
            if request is not None:
                node = yield request
                sound = sound and node is not None
                arguments.append(Argument(parameter.name, cast("Node", node), by_name))
            elif parameter.by_position:
                default = Node.of(Binding.of_value(None, parameter.default))
                arguments.append(Argument(parameter.name, default, by_name=False))
        return tuple(arguments) if sound else None

    def _request(self, parameter: Parameter, binding: Binding, trail: Trail) -> Request | None:
        """Return what a parameter asks for; `None` leaves it to its default."""
        hint = parameter.hint
        if isinstance(hint, TypeArgument):
            known = Binding.of_value(parameter.hint, hint.value)
            return Request(hint, parameter.name, trail, known)
        keys: tuple[object, ...] = ()
        if hint is Any or hint is object:
            hint = BadHint("is annotated `Any` or `object`, which every service matches.")
        elif not isinstance(hint, BadHint):
            try:
                keys = alternatives(hint)
            except InvalidRegistrationError as fault:
                hint = BadHint(f"is badly annotated: {fault.problem}")
        if isinstance(hint, BadHint):
            return self._unreadable(parameter, hint, trail)
        for key in keys:
            instead = self._registry.contextual_for(binding, key)
            if isinstance(instead, Binding):
                return Request(key, parameter.name, trail, instead)
            if instead is not None:
                return Request(instead, parameter.name, trail)
        key = self._registered(keys)
        if not parameter.required and (key not in self._registry or key is NoneType):
            return None
        return Request(key, parameter.name, trail)

    @staticmethod
    def _unreadable(parameter: Parameter, hint: BadHint, trail: Trail) -> None:
        if parameter.required:
            problem = f"Parameter {parameter.name!r} of {name_of(trail.step.key)} {hint.reason}"
            remedy = "Annotate it with a registered type, or give it a default."
            raise InvalidRegistrationError(trail.path(), problem, remedy)


def _is_scoped(node: Node) -> bool:
    return node.binding.lifetime == "scoped"


def _loop(path: DependencyPath) -> DependencyPath:
    """Return the loop in a path. It begins at the same service wherever it was entered."""
    start = next(index for index, step in enumerate(path) if step.key == path[-1].key)
    loop = path[start + 1 :]
    first = min(range(len(loop)), key=lambda index: name_of(loop[index].key))
    *others, last = (*loop[first + 1 :], *loop[: first + 1])
    return (replace(last, parameter=""), *others, last)
