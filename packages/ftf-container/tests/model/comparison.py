"""A container and its model side by side."""

from collections import Counter
from dataclasses import replace

from operations import ENDED, Ask, Close, Dispose, Gather, Leave, Open, Operation
from reference import Reference
from specification import Event, Graph, Made
from subject import Subject


class Comparison:
    """Gives a container and its model the same operations, and asserts that they do the same."""

    def __init__(self, graph: Graph) -> None:
        self._model, self._subject = Reference(graph), Subject(graph)
        self._twins = Twins()

    async def run(self, operations: list[Operation]) -> None:
        """Do some operations; ask for everything again, by the same door and by the other one."""
        for operation in operations:
            again = _asked_again(operation) if isinstance(operation, Ask) else ()
            for each in (operation, *again):
                if self._is_possible(each):
                    await self._do(each)
        for _ in self._model.scopes[:]:
            await self._do(Close(awaiting=True, failing=False))
        await self._do(Dispose())

    def _is_possible(self, operation: Operation) -> bool:
        match operation:
            case Gather(keys) if not self._model.is_certain(keys):
                return False
            case Ask(place=place) | Gather(place=place):
                return place != ENDED or bool(self._model.ended)
            case Open():
                return len(self._model.scopes) < 2
            case Close():
                return bool(self._model.scopes)
            case Leave(index):
                return index < len(self._model.handles)
        return True

    async def _do(self, operation: Operation) -> None:
        self._model.events.clear()
        self._subject.events.clear()
        expected, actual = self._model.run(operation), await self._subject.run(operation)
        if isinstance(operation, Gather):
            self._compare_tasks(expected, actual)
            return
        told, due = _told(self._subject.events), _told(self._model.events)
        assert told == due, f"{told} instead of {due}"
        for each, other in zip(self._model.events, self._subject.events, strict=True):
            self._compare(each.made, other.made)
        self._compare(expected, actual)

    def _compare_tasks(self, expected: list[object], actual: list[object]) -> None:
        """Compare what tasks did that ran at once, in whatever order that was."""
        for each, other in zip(expected, actual, strict=True):
            self._compare(each, other)
        told, due = _told(self._subject.events), _told(self._model.events)
        assert Counter(told) == Counter(due), f"{told} instead of {due}, in any order"
        self._model.adopt([self._twins.expected(each.made) for each in self._subject.events])

    def _compare(self, expected: object, actual: object) -> None:
        if isinstance(expected, Made) and isinstance(actual, Made):
            self._twins.pair(expected, actual)
        else:
            assert actual == expected, f"{actual} instead of {expected}"


class Twins:
    """Pairs what the model makes with what the container makes, one to one."""

    def __init__(self) -> None:
        self._actual: dict[Made, Made] = {}
        self._expected: dict[Made, Made] = {}

    def pair(self, expected: Made, actual: Made) -> None:
        """Pair two instances and what they were given, unless they already are a pair."""
        if self._actual.get(expected) is actual:
            return
        assert expected not in self._actual, f"{actual} is new, which should be there already"
        assert actual not in self._expected, f"{actual} was there already, which should be new"
        assert actual.service == expected.service, f"{actual} instead of {expected}"
        self._actual[expected], self._expected[actual] = actual, expected
        for each, other in zip(expected.needs, actual.needs, strict=True):
            self.pair(each, other)

    def expected(self, actual: Made) -> Made:
        """Find what the model made where the container made an instance."""
        return self._expected[actual]


def _told(events: list[Event]) -> list[tuple[str, object]]:
    return [(event.what, event.service) for event in events]


def _asked_again(ask: Ask) -> tuple[Ask, Ask]:
    return ask, replace(ask, door="resolve" if ask.door == "aresolve" else "aresolve")
