"""Which service needs which, checked before anything is built."""

from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from types import NoneType

from ._binding import Binding, Kind
from ._key import alternatives, is_abstract, is_from_stdlib
from ._path import DependencyPath, Step, location_of, name_of
from ._signature import BadHint, Parameter, parameters_of
from .exceptions import (
    CaptiveDependencyError,
    CircularDependencyError,
    InvalidRegistrationError,
    UnregisteredDependencyError,
)


@dataclass(frozen=True, slots=True)
class Arguments:
    """What a factory is called with."""

    positional: tuple["Node", ...] = ()
    keyword: tuple[tuple[str, "Node"], ...] = ()

    def __iter__(self) -> Iterator["Node"]:
        return chain(self.positional, (node for _, node in self.keyword))


@dataclass(frozen=True, slots=True)
class Node:
    """A binding with everything it needs.

    Args:
        binding: How instances are made.
        arguments: The nodes they are made from.
        is_async: Whether anything from here down has to be awaited.
        needs_scope: Whether anything from here down lives in the scope that asks.
    """

    binding: Binding
    arguments: Arguments
    is_async: bool
    needs_scope: bool

    @classmethod
    def of(cls, binding: Binding, arguments: Arguments) -> "Node":
        """Derive a node's facts from those of its arguments."""
        return cls(
            binding,
            arguments,
            is_async=binding.kind.is_async or any(node.is_async for node in arguments),
            needs_scope=binding.lifetime == "scoped" or any(node.needs_scope for node in arguments),
        )

    def path_to(self, found: Callable[[Binding], bool]) -> DependencyPath:
        """Trace the path to the nearest binding that `found` accepts; empty when there is none."""
        step = (self.binding.step(),)
        if found(self.binding):
            return step
        below = filter(None, (node.path_to(found) for node in self.arguments))
        return min((step + path for path in below), key=len, default=())


class Graph:
    """The nodes of a set of bindings, worked out on demand.

    Args:
        bindings: The registrations, by key; read anew after each `clear`.
        strict: Whether only registered keys may be built.
    """

    def __init__(self, bindings: Mapping[object, Binding], *, strict: bool) -> None:
        self._bindings = bindings
        self._strict = strict
        self._nodes: dict[object, Node] = {}

    def clear(self) -> None:
        """Forget every node, because the bindings changed."""
        self._nodes.clear()

    def node(self, key: object) -> Node:
        """Work out a key's node.

        Raises:
            DependencyResolutionError: It cannot be built.
        """
        return self._node(key, "", ())

    def arguments(
        self, factory: Callable[..., object], path: DependencyPath, given: Container[str] = ()
    ) -> Arguments:
        """Work out what a factory is called with, besides the parameters that are `given`."""
        positional: list[Node] = []
        keyword: list[tuple[str, Node]] = []
        by_name = False
        for parameter in parameters_of(factory):
            node = None if parameter.name in given else self._argument(parameter, path)
            if node is None:
                by_name = True
            elif by_name or parameter.keyword_only:
                keyword.append((parameter.name, node))
            else:
                positional.append(node)
        return Arguments(tuple(positional), tuple(keyword))

    def _node(self, key: object, parameter: str, path: DependencyPath) -> Node:
        if key in self._nodes:
            return self._nodes[key]
        binding = self._bindings.get(key)
        path += (binding.step(parameter) if binding else Step(key, parameter, location_of(key)),)
        if any(step.key == key for step in path[:-1]):
            raise CircularDependencyError(path)
        if binding is None:
            binding = self._fallback(key, path)
        node = Node.of(binding, self.arguments(binding.factory, path))
        if binding.lifetime == "singleton" and node.needs_scope:
            raise CaptiveDependencyError(node.path_to(lambda below: below.lifetime == "scoped"))
        return self._nodes.setdefault(key, node)

    def _fallback(self, key: object, path: DependencyPath) -> Binding:
        if not isinstance(key, type):
            reason = "it is not a class"
        elif is_abstract(key):
            reason = "it is abstract"
        elif is_from_stdlib(key):
            reason = "values of Python's own types are not made up"
        elif self._strict:
            reason = "the container is strict"
        else:
            return Binding(key, key, "transient", Kind.CALL)
        raise UnregisteredDependencyError(path, reason)

    def _argument(self, parameter: Parameter, path: DependencyPath) -> Node | None:
        """Find the node for a parameter; `None` leaves it to its default."""
        if isinstance(parameter.hint, BadHint):
            return self._unreadable(parameter, parameter.hint, path)
        keys = alternatives(parameter.hint)
        registered = (key for key in keys if key in self._bindings)
        key = next(registered, keys[0])
        if not parameter.required and (key not in self._bindings or key is NoneType):
            return None
        return self._node(key, parameter.name, path)

    @staticmethod
    def _unreadable(parameter: Parameter, hint: BadHint, path: DependencyPath) -> None:
        if parameter.required:
            owner = name_of(path[-1].key)
            problem = f"Parameter {parameter.name!r} of {owner} {hint.reason}."
            remedy = "Annotate it with a registered type, or give it a default."
            raise InvalidRegistrationError(path, problem, remedy)
