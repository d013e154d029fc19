"""Which service needs which, checked before anything is built."""

from collections.abc import Callable, Collection, Generator, Iterable, Sequence
from dataclasses import dataclass, replace
from types import NoneType
from typing import Any, cast

from .._dependency_path import DependencyPath, Step, name_of
from ..exceptions import (
    CaptiveDependencyError,
    CircularDependencyError,
    DependencyResolutionError,
    InvalidRegistrationError,
)
from ..keys._key import alternatives
from ..registration._binding import Binding
from ..registration._parameters import BadHint, Known, Parameter
from ..registration._registry import Layer, Registry
from ._node import Argument, Node
from ._trampoline import run

type Walk = Callable[["Survey"], list[Node | None]]


@dataclass(frozen=True, slots=True)
class Trail:
    """A step on the way to a service, and the way there."""

    step: Step
    before: "Trail | None"

    def path(self) -> DependencyPath:
        """List the steps from the first one to this one."""
        steps: list[Step] = []
        trail: Trail | None = self
        while trail is not None:
            steps.append(trail.step)
            trail = trail.before
        return tuple(reversed(steps))


@dataclass(frozen=True, slots=True)
class Wish:
    """A key that is wanted, the parameter that wants it, and how to make it if that is settled."""

    key: object
    parameter: str = ""
    trail: Trail | None = None
    binding: Binding | None = None
    given: Collection[str] = ()

    @property
    def subject(self) -> object:
        """What tells this wish from others: wishes of the same subject are granted alike."""
        return self.binding or self.key


class Graph:
    """The nodes of a registry, worked out on demand.

    Args:
        registry: What is registered; read anew after each `clear`.
    """

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._nodes: dict[object, Node] = {}

    def clear(self) -> None:
        """Forget every node, because registrations changed."""
        # A new dictionary, so that a walk in progress does not fill the nodes of the next.
        self._nodes = {}

    def node(self, key: object) -> Node:
        """Work out a key's node.

        Raises:
            DependencyResolutionError: It cannot be built.
        """
        (node,) = self._found(lambda survey: survey.keys([key]))
        return node

    def call(self, binding: Binding, given: Collection[str]) -> Node:
        """Work out the node of a function call, besides the parameters that are `given`."""
        wish = Wish(binding.key, binding=binding, given=given)
        (node,) = self._found(lambda survey: [run(survey.visit, wish)])
        return node

    def faults(self, keys: Collection[object] = ()) -> tuple[DependencyResolutionError, ...]:
        """List everything that keeps some keys, or all that are registered, from being built."""
        survey, _ = self._surveyed(
            lambda survey: survey.hints(keys) if keys else survey.keys(self._registry.closed_keys())
        )
        return tuple(survey.faults)

    def nodes(self, keys: Callable[[], Iterable[object]]) -> tuple[Node, ...]:
        """Return the nodes of some keys, all of the same registrations.

        Raises:
            DependencyResolutionError: One of them cannot be built.
        """
        return self._found(lambda survey: survey.keys(keys()))

    def _found(self, walk: Walk) -> tuple[Node, ...]:
        survey, nodes = self._surveyed(walk)
        if survey.faults:
            raise survey.faults[0]
        return tuple(node for node in nodes if node)

    def _surveyed(self, walk: Walk) -> tuple["Survey", list[Node | None]]:
        """Walk until no deferred provider registers services on the way."""
        while True:
            before = self._nodes
            survey = Survey(self._registry, before)
            nodes = walk(survey)
            if self._nodes is before:
                return survey, nodes


class Survey:
    """One walk through the services, which goes on where it finds a fault.

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

    def keys(self, keys: Iterable[object]) -> list[Node | None]:
        """Work out the nodes of some keys; `None` for those that have a fault."""
        return [run(self.visit, Wish(key)) for key in keys]

    def hints(self, hints: Iterable[object]) -> list[Node | None]:
        """Work out the nodes of what parameters with such hints would get."""
        return [node for hint in hints for node in self.keys(self._preferred(hint))]

    def _preferred(self, hint: object) -> list[object]:
        try:
            keys = alternatives(hint)
        except InvalidRegistrationError as fault:
            self.faults.append(fault)
            return []
        return [self._registered(keys)]

    def _registered(self, keys: Sequence[object]) -> object:
        return next(filter(self._registry.__contains__, keys), keys[0])

    def visit(self, wish: Wish) -> Generator[Wish, Node | None, Node | None]:
        """Work out the node of a wish; `None` if there is a fault in it or below."""
        subject = wish.subject
        if subject in self._nodes or subject in self._broken:
            return self._nodes.get(subject)
        try:
            binding, layer = self._binding(wish)
        except DependencyResolutionError as fault:
            first, *others = fault.path
            before = wish.trail.path() if wish.trail else ()
            fault.path = (*before, replace(first, parameter=wish.parameter), *others)
            self.faults.append(fault)
            return None
        trail = Trail(binding.step(wish.parameter), wish.trail)
        if subject in self._open:
            self.faults.append(CircularDependencyError(_loop(trail.path())))
            return None
        self._open.add(subject)
        arguments = yield from self._arguments(binding, wish.given, trail)
        self._open.remove(subject)
        extensions = () if layer else self._registry.extensions_of(wish.key)
        node = None if arguments is None else Node.of(binding, arguments, extensions, layer)
        if node is not None and binding.lifetime == "singleton" and node.needs_scope:
            self.faults.append(CaptiveDependencyError(node.path_to(_is_scoped)))
            node = None
        if node is None:
            self._broken.add(subject)
        elif wish.trail is not None or wish.binding is None:
            self._nodes[subject] = node
        return node

    def _binding(self, wish: Wish) -> tuple[Binding, Layer | None]:
        if wish.binding is not None:
            return wish.binding, None
        binding, layer = self._registry.find(wish.key)
        if binding is None:
            binding = self._registry.fallback(wish.key)
        return binding, layer

    def _arguments(
        self, binding: Binding, given: Collection[str], trail: Trail
    ) -> Generator[Wish, Node | None, tuple[Argument, ...] | None]:
        arguments: list[Argument] = []
        sound, by_name = True, False
        for parameter in binding.parameters():
            try:
                wish = None if parameter.name in given else self._wish(parameter, binding, trail)
            except DependencyResolutionError as fault:
                self.faults.append(fault)
                sound = False
                continue
            by_name = by_name or parameter.by_name or (wish is None and not parameter.by_position)
            if wish is not None:
                node = yield wish
                sound = sound and node is not None
                arguments.append(Argument(parameter.name, cast("Node", node), by_name))
            elif parameter.by_position:
                default = Node.of(Binding.of_value(None, parameter.default))
                arguments.append(Argument(parameter.name, default, by_name=False))
        return tuple(arguments) if sound else None

    def _wish(self, parameter: Parameter, binding: Binding, trail: Trail) -> Wish | None:
        """Decide what a parameter gets; `None` leaves it to its default."""
        hint = parameter.hint
        if isinstance(hint, Known):
            known = Binding.of_value(parameter.hint, hint.value)
            return Wish(hint, parameter.name, trail, known)
        keys: tuple[object, ...] = ()
        if hint is Any or hint is object:
            hint = BadHint("is annotated with what any service would fit.")
        elif not isinstance(hint, BadHint):
            try:
                keys = alternatives(hint)
            except InvalidRegistrationError as fault:
                hint = BadHint(f"is badly annotated: {fault.problem}")
        if isinstance(hint, BadHint):
            return self._unreadable(parameter, hint, trail)
        for key in keys:
            exception = self._registry.exception(binding, key)
            if isinstance(exception, Binding):
                return Wish(key, parameter.name, trail, exception)
            if exception is not None:
                return Wish(exception, parameter.name, trail)
        key = self._registered(keys)
        if not parameter.required and (key not in self._registry or key is NoneType):
            return None
        return Wish(key, parameter.name, trail)

    @staticmethod
    def _unreadable(parameter: Parameter, hint: BadHint, trail: Trail) -> None:
        if parameter.required:
            problem = f"Parameter {parameter.name!r} of {name_of(trail.step.key)} {hint.reason}"
            remedy = "Annotate it with a registered type, or give it a default."
            raise InvalidRegistrationError(trail.path(), problem, remedy)


def _is_scoped(node: Node) -> bool:
    return node.binding.lifetime == "scoped"


def _loop(path: DependencyPath) -> DependencyPath:
    """Cut a path down to its loop, told from the same service wherever it was entered."""
    start = next(index for index, step in enumerate(path) if step.key == path[-1].key)
    loop = path[start + 1 :]
    first = min(range(len(loop)), key=lambda index: name_of(loop[index].key))
    *others, last = (*loop[first + 1 :], *loop[: first + 1])
    return (replace(last, parameter=""), *others, last)
