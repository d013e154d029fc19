"""What a container says about its services without building any."""

from functools import partial

from .compiler._functions import CompiledFunctions
from .exceptions import GraphError
from .graph._explanation import DependencyGraph, Explanation
from .registration._registry import Registry


class Inspection:
    """The part of a container that checks and describes its services."""

    _functions: CompiledFunctions
    _registry: Registry
    _own: frozenset[object]

    def validate(self, *keys: object) -> None:
        """Check that services can be built, without building anything.

        Args:
            keys: The services to check, everything registered by default. Of a union, what a
                parameter annotated with it would get is checked.

        Raises:
            GraphError: Some cannot be built; the error holds every fault.
        """
        if faults := self._functions.faults(keys):
            raise GraphError(faults)

    def declare(self, target: object, *given: str, label: str = "") -> None:
        """Add a service, or the call of a function, to what `validate` checks.

        Args:
            target: The key of the service, or the function that `call` or `acall` will be given.
            given: The names of the function's arguments that will be given to it.
            label: What asks for it, for the error.
        """
        self._registry.declare(target, given, label)

    def explain(self, key: object) -> Explanation:
        """Return how a service is built; `str()` draws it as a tree.

        Raises:
            DependencyResolutionError: It cannot be built.
        """
        return Explanation(self._functions.node(key))

    def graph(self) -> DependencyGraph:
        """Return which registered service needs which.

        Raises:
            DependencyResolutionError: One of them cannot be built.
        """
        keys = partial(self._registry.closed_keys, without=self._own)
        return DependencyGraph(self._functions.nodes(keys))
