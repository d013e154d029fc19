"""A container under test, told the same as the model, with services that record what happens."""

import asyncio
import sys
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable
from inspect import Parameter, Signature
from typing import Protocol

from operations import (
    ENDED,
    Ask,
    Close,
    Dispose,
    Gather,
    Leave,
    Open,
    Operation,
    Override,
    Reset,
    ResetSingletons,
    Validate,
)
from specification import BodyError, BrokenError, Event, Graph, Made, Refusal, Service, StuckError

from ftf.container import AsyncDependencyError, Container, DependencyResolutionError, GraphError


class Instance:
    """What the services are: each knows what it is for the model."""

    def __init__(self, made: Made) -> None:
        self.made = made


class Missing(ABC):
    """What nobody registers, and cannot be built without."""

    @abstractmethod
    def work(self) -> None: ...


class Subject:
    """A container; `run` does an operation and tells what comes of it, in the model's terms."""

    def __init__(self, graph: Graph) -> None:
        self.events: list[Event] = []
        self.attempts: Counter[Service] = Counter()
        self.keys = [_key(service) for service in graph]
        self.numbers = {key: number for number, key in enumerate(self.keys)}
        self.container = Container()
        self.handles = []
        self.scopes = []
        self.ended = []
        for service in graph:
            if service.form != "missing":
                key, factory = self.keys[service.key], self.factory(service)
                self.container.register(key, factory, scope=service.lifetime)

    async def run(self, operation: Operation) -> object:
        try:
            return await self._run(operation)
        except (BrokenError, DependencyResolutionError, ExceptionGroup) as error:
            return Refusal(type(error).__name__, self._about(error))

    async def _run(self, operation: Operation) -> object:  # noqa: C901, PLR0911  # a case for each
        match operation:
            case Ask(key, door, place):
                asked = getattr(self._place(place), door)(self.keys[key])
                return (asked if door == "resolve" else await asked).made
            case Gather(keys, place):
                asks = (self.run(Ask(key, "aresolve", place)) for key in keys)
                return await asyncio.gather(*asks)
            case Open():
                self.scopes.append(await self.container.scoped_context().__aenter__())
            case Close(awaiting, failing):
                return await self._leave_scope(awaiting=awaiting, failing=failing)
            case Override(key, service):
                return self._override(self.keys[key], service)
            case Leave(index, awaiting, failing):
                handle = self.handles[-1 - index]
                return len(await _leave(handle, awaiting=awaiting, failing=failing))
            case Reset(None):
                self.container.reset_overrides()
                return 0
            case Reset(key):
                self.container.reset_override(self.keys[key])
                return 0
            case ResetSingletons():
                self.container.reset_singletons()
            case Dispose():
                await self.container.dispose_all()
            case Validate():
                self.container.validate()
        return None

    def _place(self, place: int) -> object:
        open_ = [self.container, *self.scopes]
        return self.ended[-1] if place == ENDED else open_[min(place, len(self.scopes))]

    async def _leave_scope(self, *, awaiting: bool, failing: bool) -> tuple[bool, int]:
        """Leave the innermost scope; tell whether that had to be awaited, and what failed."""
        scope = self.scopes.pop()
        self.ended.append(scope)
        try:
            notes = await _leave(scope, awaiting=awaiting, failing=failing)
        except AsyncDependencyError:
            await scope.aclose()
            return True, 0
        if not any("stays open" in note for note in notes):
            return False, len(notes)
        body = BodyError()
        await scope.aclose(body)
        return True, len(_notes(body))

    def _override(self, key: object, service: Service | None) -> Made | None:
        if service is not None:
            self.handles.append(self.container.override(key, self.factory(service)))
            return None
        value = self.numbers[key]
        made = Made(Service(value))
        self.handles.append(self.container.override_instance(key, Instance(made)))
        return made

    def factory(self, service: Service) -> Callable[..., object]:
        """Write what makes a service, and record what it does."""
        made = self._implementation(service)
        pauses = range(service.pauses)

        def function(*needs):
            return made(self._make(service, needs))

        def generator(*needs):
            instance = function(*needs)
            try:
                yield instance
            finally:
                self._close(instance.made)

        async def coroutine(*needs):
            for _ in pauses:
                await asyncio.sleep(0)
            return function(*needs)

        async def async_generator(*needs):
            instance = await coroutine(*needs)
            try:
                yield instance
            finally:
                await asyncio.sleep(0)
                self._close(instance.made)

        def construct(instance, *needs):
            Instance.__init__(instance, self._make(service, needs))

        if service.form == "class":
            cls = type(made.__name__, (made,), {"__init__": construct})
            self._ask_for(service, construct, "self")
            return cls
        factories = function, generator, coroutine, async_generator
        names = {each.__name__.replace("_", " "): each for each in factories}
        return self._ask_for(service, names[service.form])

    def _ask_for(self, service: Service, function: Callable, *before: str) -> Callable:
        """Annotate the parameters of a function with the keys that a service needs."""
        needs = {f"need{number}": self.keys[key] for number, key in enumerate(service.needs)}
        kind = Parameter.POSITIONAL_OR_KEYWORD
        own = [Parameter(name, kind) for name in before]
        asked = [Parameter(name, kind, annotation=key) for name, key in needs.items()]
        function.__signature__ = Signature([*own, *asked])
        function.__annotations__ = needs
        return function

    def _implementation(self, service: Service) -> type[Instance]:
        def close(instance):
            self._close(instance.made)

        async def aclose(instance):
            await asyncio.sleep(0)
            self._close(instance.made)

        methods = {"": {}, "close": {"close": close}, "aclose": {"aclose": aclose}}
        own = {} if service.is_generator else methods[service.closes]
        return type(f"Made{service.key}", (self.keys[service.key],), own)

    def _make(self, service: Service, needs: tuple[Instance, ...]) -> Made:
        self.attempts[service] += 1
        attempt = self.attempts[service]
        if service.fails == "always" or (service.fails == "at first" and attempt == 1):
            self.events.append(Event("failed", service))
            raise BrokenError(service.key)
        made = Made(service, tuple(need.made for need in needs))
        self.events.append(Event("made", service, made))
        return made

    def _close(self, made: Made) -> None:
        told = isinstance(sys.exception(), BodyError)
        what = "closed after a failure" if told and made.service.is_generator else "closed"
        self.events.append(Event(what, made.service, made))
        if made.service.is_stuck:
            raise StuckError(made.service.key)

    def _about(self, error: Exception) -> object:
        match error:
            case GraphError():
                return [(type(each).__name__, self._about(each)) for each in error.faults]
            case BrokenError():
                return error.args[0]
            case ExceptionGroup():
                return [each.args[0] for each in error.exceptions]
        kind = type(error).__name__
        step = {"CaptiveDependencyError": 0, "UnregisteredDependencyError": -1}.get(kind)
        return None if step is None else self.numbers[error.path[step].key]


class _Leavable(Protocol):
    async def __aexit__(self, *exc: object) -> None: ...
    def __exit__(self, *exc: object) -> None: ...


async def _leave(context: _Leavable, *, awaiting: bool, failing: bool) -> list[str]:
    """Leave a context; list what was noted on the failure that ended it."""
    body = BodyError() if failing else None
    raised = (type(body) if body else None, body, None)
    if awaiting:
        await context.__aexit__(*raised)
    else:
        context.__exit__(*raised)
    return _notes(body)


def _notes(body: BodyError | None) -> list[str]:
    return getattr(body, "__notes__", [])


def _key(service: Service) -> type:
    base = (Instance, Missing) if service.form == "missing" else (Instance,)
    return type(f"Key{service.key}", base, {})
