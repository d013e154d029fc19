"""From a node to an instance: one plain callable per key, made at first use."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import cast

from ._binding import Binding, Kind
from ._graph import Arguments, Graph, Node
from ._key import normalise
from ._store import Store
from ._teardown import TeardownStack

type Build = Callable[[Store], object]
type AsyncBuild = Callable[[Store], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Resolver:
    """How to deliver a node's instance; `build` has to be awaited if the node is async."""

    node: Node
    build: Build

    async def abuild(self, store: Store) -> object:
        """Deliver the instance, awaiting it if the node is async."""
        built = self.build(store)
        return await cast("Awaitable[object]", built) if self.node.is_async else built


@dataclass(frozen=True, slots=True)
class Supply:
    """How to deliver everything a factory is called with."""

    positional: tuple[Resolver, ...]
    keyword: tuple[tuple[str, Resolver], ...]

    def get(self, store: Store) -> tuple[list[object], dict[str, object]]:
        """Deliver the arguments of a graph in which nothing has to be awaited."""
        positional = [resolver.build(store) for resolver in self.positional]
        return positional, {name: resolver.build(store) for name, resolver in self.keyword}

    async def aget(self, store: Store) -> tuple[list[object], dict[str, object]]:
        """Deliver the arguments, awaiting those that need it."""
        positional = [await resolver.abuild(store) for resolver in self.positional]
        return positional, {name: await resolver.abuild(store) for name, resolver in self.keyword}


class Resolvers(dict[object, Resolver]):
    """The resolvers of a graph, by key, each compiled when it is first asked for."""

    def __init__(self, graph: Graph) -> None:
        self.graph: Graph = graph
        self.root: Store = Store()

    def of(self, key: object) -> Resolver:
        """Find or compile the resolver of a key.

        Raises:
            InvalidRegistrationError: The key is not hashable.
            DependencyResolutionError: It cannot be built.
        """
        try:
            return self[key]
        except TypeError:
            normalise(key)
            raise

    def __missing__(self, key: object) -> Resolver:
        known = normalise(key)
        resolver = self._compile(self.graph.node(known)) if known is key else self[known]
        return self.setdefault(key, resolver)

    def of_call(self, function: Callable[..., object], given: Mapping[str, object]) -> Resolver:
        """Compile one call of a function, some of whose arguments are given."""
        known = partial(function, **given)
        kind = Kind.COROUTINE if Kind.of(function) is Kind.COROUTINE else Kind.CALL
        binding = Binding(function, known, "transient", kind)
        arguments = self.graph.arguments(function, (binding.step(),), given)
        return self._compile(Node.of(binding, arguments))

    def _compile(self, node: Node) -> Resolver:
        binding = node.binding
        if binding.kind is Kind.VALUE:
            value = binding.factory()
            return Resolver(node, lambda _: value)
        supply = self._supply(node.arguments)
        owner = self.root if binding.lifetime == "singleton" else None
        if node.is_async:
            amake = _async_maker(binding, supply)
            return Resolver(node, amake if binding.is_transient else _akept(binding, amake, owner))
        make = _maker(binding, supply)
        return Resolver(node, make if binding.is_transient else _kept(binding, make, owner))

    def _supply(self, arguments: Arguments) -> Supply:
        return Supply(
            tuple(self[node.binding.key] for node in arguments.positional),
            tuple((name, self[node.binding.key]) for name, node in arguments.keyword),
        )


def _maker(binding: Binding, supply: Supply) -> Build:
    call = _call(binding)

    def make(store: Store) -> object:
        return call(store.teardowns, *supply.get(store))

    return make


def _async_maker(binding: Binding, supply: Supply) -> AsyncBuild:
    call = _call(binding)

    async def make(store: Store) -> object:
        made = call(store.teardowns, *await supply.aget(store))
        return await cast("Awaitable[object]", made) if binding.kind.is_async else made

    return make


def _call(binding: Binding) -> Callable[[TeardownStack, list[object], dict[str, object]], object]:
    """Call a factory, and enter what it returns if that is a generator."""
    key, factory = binding.key, binding.factory
    match binding.kind:
        case Kind.GENERATOR:
            manage = contextmanager(cast("Callable[..., Generator[object]]", factory))
            return lambda teardowns, args, kwargs: teardowns.enter(key, manage(*args, **kwargs))
        case Kind.ASYNC_GENERATOR:
            amanage = asynccontextmanager(cast("Callable[..., AsyncGenerator[object]]", factory))
            return lambda teardowns, args, kwargs: teardowns.aenter(key, amanage(*args, **kwargs))
        case _:
            return lambda _, args, kwargs: factory(*args, **kwargs)


def _kept(binding: Binding, make: Build, owner: Store | None) -> Build:
    """Make one instance per scope, or one in `owner`."""

    def kept(store: Store) -> object:
        home = store if owner is None else owner
        with home.lock:
            if binding.key not in home.instances:
                home.keep(binding, make(home))
            return home.instances[binding.key]

    return kept


def _akept(binding: Binding, make: AsyncBuild, owner: Store | None) -> AsyncBuild:
    """Make one instance per scope, or one in `owner`, however many tasks ask at once."""

    async def kept(store: Store) -> object:
        home = store if owner is None else owner
        if binding.key in home.instances:
            return home.instances[binding.key]
        async with home.flights.of(binding.key):
            if binding.key not in home.instances:
                home.keep(binding, await make(home))
            return home.instances[binding.key]

    return kept
