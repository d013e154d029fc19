"""Events, and listeners that note them."""

from dataclasses import dataclass

from services import Journal

from ftf.container import Container, Scope
from ftf.container.events import Events


class Event: ...


@dataclass(frozen=True)
class OrderPlaced(Event):
    number: int = 1


@dataclass(frozen=True)
class OrderPaid(Event): ...


class Reserve:
    def __init__(self, journal: Journal, scope: Scope) -> None:
        self.journal, self.scope = journal, scope

    async def handle(self, event: OrderPlaced) -> None:
        self.journal.append(f"reserve {event.number}")


class Count:
    def __init__(self, journal: Journal) -> None:
        self.journal = journal

    def handle(self, event: Event) -> None:
        self.journal.append("count")


async def index(event: OrderPlaced, journal: Journal) -> None:
    journal.append(f"index {event.number}")


class Audit:
    def __init__(self, journal: Journal) -> None:
        self.journal = journal

    @classmethod
    def listeners(cls, on) -> None:
        on.listen(OrderPlaced, cls.placed)
        on.listen(OrderPaid, cls.paid)

    async def placed(self, event: OrderPlaced) -> None:
        self.journal.append("audit placed")

    def paid(self, event: OrderPaid) -> None:
        self.journal.append("audit paid")


async def dispatch(container: Container, *events: object) -> None:
    async with container.scoped_context() as scope:
        for event in events:
            await scope.resolve(Events).dispatch(event)
