"""What a container should do, in the plainest way: by interpreting the graph at each request."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from operations import (
    ENDED,
    Ask,
    Close,
    Dispose,
    Door,
    Gather,
    Leave,
    Open,
    Operation,
    Override,
    Reset,
    ResetSingletons,
    Validate,
)
from specification import Event, Graph, Made, Refusal, Service


class RefusedError(Exception):
    """Ends an operation as the exception of that name would."""

    def __init__(self, kind: str, about: object = None) -> None:
        self.refusal = Refusal(kind, about)


@dataclass(frozen=True, eq=False)
class Layer:
    """An override in force: of a service by another one, or by a ready object."""

    service: Service
    value: Made | None = None


type Slot = tuple[int, frozenset[Layer]]
"""An instance is delivered again as long as the same overrides have a part in it."""


@dataclass(eq=False)
class Place:
    """Where instances live: a scope, or the container itself."""

    kept: dict[Slot, Made] = field(default_factory=dict)
    exits: list[tuple[Slot, Made]] = field(default_factory=list)
    is_closed: bool = False


class Reference:
    """The model of a container; `run` does an operation and tells what comes of it."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.events: list[Event] = []
        self.attempts: Counter[Service] = Counter()
        self.layers: list[Layer] = []
        self.handles: list[Layer] = []
        self.root = Place()
        self.scopes: list[Place] = []
        self.ended: list[Place] = []

    def run(self, operation: Operation) -> object:
        try:
            return self._run(operation)
        except RefusedError as refused:
            return refused.refusal

    def is_certain(self, keys: Iterable[int]) -> bool:
        """Tell whether some services are made whatever the order in which they are asked for."""
        below = {each for key in keys for each in self._below(key)}
        return all(self._service(key).fails == "never" for key in below)

    def adopt(self, order: list[Made]) -> None:
        """Take up the order in which tasks that ran at once made some instances."""
        rank = {made: number for number, made in enumerate(order)}
        for place in (self.root, *self.scopes):
            place.exits.sort(key=lambda exit_: rank.get(exit_[1], -1))

    def _run(self, operation: Operation) -> object:  # noqa: C901, PLR0911  # a case for each
        match operation:
            case Ask(key, door, place):
                return self._ask(key, door, place)
            case Gather(keys, place):
                return [self.run(Ask(key, "aresolve", place)) for key in keys]
            case Open():
                self.scopes.append(Place())
            case Close(awaiting, failing):
                return self._leave_scope(awaiting=awaiting, failing=failing)
            case Override(key, service):
                return self._override(key, service)
            case Leave(index, awaiting, failing):
                return self._lift([self.handles[-1 - index]], awaiting=awaiting, failing=failing)
            case Reset(key):
                lifted = [each for each in self.layers if key in {None, each.service.key}]
                return self._lift(lifted, awaiting=False, failing=False)
            case ResetSingletons() | Dispose():
                exits = self.root.exits
                if isinstance(operation, ResetSingletons) and _has_to_be_awaited(exits):
                    raise RefusedError("AsyncDependencyError")
                self.root.kept.clear()
                self._close(exits, failing=False)
            case Validate():
                if faults := self._faults(
                    each.key for each in self.graph if each.form != "missing"
                ):
                    raise RefusedError("GraphError", faults)
        return None

    def _ask(self, key: int, door: Door, place: int) -> Made:
        innermost = self.scopes[-1] if self.scopes else self.root
        open_ = [innermost, *self.scopes]
        scope = self.ended[-1] if place == ENDED else open_[min(place, len(self.scopes))]
        if scope.is_closed:
            raise RefusedError("ScopeClosedError")
        for kind, about in self._faults([key]):
            raise RefusedError(kind, about)
        if scope is self.root and any(
            self._service(each).lifetime == "scoped" for each in self._below(key)
        ):
            raise RefusedError("ScopeNotActiveError")
        return self._deliver(key, scope, door)

    def _deliver(self, key: int, scope: Place, door: Door) -> Made:
        layer, service = self._layer(key), self._service(key)
        if layer is not None and layer.value is not None:
            return layer.value
        slot = self._slot(key)
        place = {"singleton": self.root, "scoped": scope}.get(service.lifetime)
        if place is None:
            return self._make(service, slot, scope, door)
        if slot not in place.kept:
            if place is self.root:
                self._prepare(service, door)
            place.kept[slot] = self._make(service, slot, place, door)
        return place.kept[slot]

    def _prepare(self, service: Service, door: Door) -> None:
        """Make the singletons that a singleton needs before anything else that it needs."""
        if door == "resolve" and any(each.is_async for each in self._unmade(service)):
            raise RefusedError("AsyncDependencyError")
        for need in service.needs:
            if self._service(need).lifetime == "singleton":
                self._deliver(need, self.root, door)
            else:
                self._prepare(self._service(need), door)

    def _unmade(self, service: Service) -> list[Service]:
        """List a service and what has to be made for it."""
        found = {service.key: service}
        for each in (queue := [service]):
            for need in each.needs:
                if need not in found and self._slot(need) not in self.root.kept:
                    found[need] = self._service(need)
                    queue.append(found[need])
        return list(found.values())

    def _make(self, service: Service, slot: Slot, scope: Place, door: Door) -> Made:
        if service.is_async and door == "resolve":
            raise RefusedError("AsyncDependencyError")
        needs = tuple(self._deliver(need, scope, door) for need in service.needs)
        self.attempts[service] += 1
        if service.fails == "always" or (
            service.fails == "at first" and self.attempts[service] == 1
        ):
            self.events.append(Event("failed", service))
            raise RefusedError("BrokenError", service.key)
        made = Made(service, needs)
        self.events.append(Event("made", service, made))
        if service.is_closed:
            scope.exits.append((slot, made))
        return made

    def _leave_scope(self, *, awaiting: bool, failing: bool) -> object:
        scope = self.scopes.pop()
        self.ended.append(scope)
        refused = not awaiting and _has_to_be_awaited(scope.exits)
        # What refuses to close without being awaited stays open, and is then closed by awaiting.
        scope.is_closed = True
        stuck = self._close(scope.exits, failing=failing)
        return refused, stuck

    def _close(self, exits: list[tuple[Slot, Made]], *, failing: bool) -> int:
        """Close everything, last made first; tell how much failed, unless that has to be raised."""
        stuck = []
        while exits:
            made = exits.pop()[1]
            told = failing and made.service.is_generator
            what = "closed after a failure" if told else "closed"
            self.events.append(Event(what, made.service, made))
            stuck += [made.service.key] * made.service.is_stuck
        if stuck and not failing:
            raise RefusedError("ExceptionGroup", stuck)
        return len(stuck)

    def _override(self, key: int, service: Service | None) -> Made | None:
        if self.graph[key].form == "missing":
            raise RefusedError("UnregisteredDependencyError", key)
        value = Made(Service(key)) if service is None else None
        self.layers.append(Layer(service or Service(key), value))
        self.handles.append(self.layers[-1])
        return value

    def _lift(self, layers: list[Layer], *, awaiting: bool, failing: bool) -> int:
        self.layers = [each for each in self.layers if each not in layers]
        lifted = frozenset(layers)
        for slot in [each for each in self.root.kept if each[1] & lifted]:
            del self.root.kept[slot]
        exits = [each for each in self.root.exits if each[0][1] & lifted]
        if not awaiting and _has_to_be_awaited(exits):
            if not failing:
                raise RefusedError("AsyncDependencyError")
            return 1
        self.root.exits = [each for each in self.root.exits if each not in exits]
        return self._close(exits, failing=failing)

    def _layer(self, key: int) -> Layer | None:
        layers = [each for each in self.layers if each.service.key == key]
        values = [each for each in layers if each.value is not None]
        return next(reversed(values or layers), None)

    def _service(self, key: int) -> Service:
        layer = self._layer(key)
        return layer.service if layer else self.graph[key]

    def _slot(self, key: int) -> Slot:
        layers = (self._layer(each) for each in self._below(key))
        return key, frozenset(each for each in layers if each is not None)

    def _below(self, key: int) -> set[int]:
        """Collect a service and everything it needs."""
        found = {key}
        for each in (queue := [key]):
            new = set(self._service(each).needs) - found
            found |= new
            queue.extend(new)
        return found

    def _faults(self, keys: Iterable[int]) -> list[tuple[str, object]]:
        faults: list[tuple[str, object]] = []
        sound: dict[int, bool | None] = {}

        def visit(key: int) -> bool:
            service = self._service(key)
            if service.form == "missing":
                faults.append(("UnregisteredDependencyError", key))
                return False
            if key in sound:
                if sound[key] is None:
                    faults.append(("CircularDependencyError", None))
                return bool(sound[key])
            sound[key] = None
            is_sound = False not in [visit(need) for need in service.needs]
            scoped = any(self._service(each).lifetime == "scoped" for each in self._below(key))
            if is_sound and service.lifetime == "singleton" and scoped:
                faults.append(("CaptiveDependencyError", key))
                is_sound = False
            sound[key] = is_sound
            return is_sound

        for key in keys:
            visit(key)
        return faults


def _has_to_be_awaited(exits: list[tuple[Slot, Made]]) -> bool:
    return any(made.service.is_closed_by_awaiting for _, made in exits)
