"""Listeners that could never be called, which are refused when they are registered."""

from functools import partial
from typing import Protocol

import pytest

from ftf.container import Container, InvalidRegistrationError
from ftf.container.events import Listeners


class OrderPlaced: ...


class Silent: ...


class Greedy:
    def handle(self, event: OrderPlaced, price: int) -> None: ...


class Deaf:
    def handle(self) -> None: ...


class Lazy:
    async def handle(self, event: OrderPlaced):
        yield


class Tolerant:
    def handle(self, event: OrderPlaced, retries: int = 3, *rest: object, **more: object): ...


def positional(event: OrderPlaced, /) -> None: ...


def variable(*events: OrderPlaced) -> None: ...


def nothing() -> None: ...


def lazy(event: OrderPlaced):
    yield


@pytest.fixture
def on() -> Listeners:
    return Listeners.of(Container())


@pytest.mark.parametrize(
    ("listener", "problem"),
    [
        (Silent, "Silent has no method `handle`"),
        (Greedy, "`handle` of Greedy does not take one event"),
        (Deaf, "`handle` of Deaf does not take one event"),
        (Lazy, "Lazy yields, so calling it would do nothing"),
        (positional, "first parameter of positional does not take the event by its name"),
        (variable, "first parameter of variable does not take the event by its name"),
        (nothing, "first parameter of nothing does not take the event by its name"),
        (lazy, "lazy yields"),
        (3, "3 is not a class or function"),
    ],
)
def test_what_cannot_be_called_with_an_event_is_refused(on, listener, problem):
    with pytest.raises(InvalidRegistrationError, match=problem):
        on.listen(OrderPlaced, listener)
    assert not on.hears(OrderPlaced, listener)


def test_what_can_be_called_with_an_event_is_accepted(on):
    def discounted(event: OrderPlaced, percent: int) -> None: ...

    listeners = [Tolerant, partial(discounted, percent=3), Tolerant().handle]
    on.listen(OrderPlaced, *listeners)
    assert all(on.hears(OrderPlaced, each) for each in listeners)


def test_an_event_that_is_not_a_class_is_refused(on):
    with pytest.raises(InvalidRegistrationError, match="order-placed is not a class"):
        on.listen("order-placed", Tolerant)


def test_an_event_that_no_class_can_be_asked_about_is_refused(on):
    class Numbered(Protocol):
        number: int

    with pytest.raises(InvalidRegistrationError, match=r"which classes are a .*Numbered"):
        on.listen(Numbered, Tolerant)


def test_a_method_that_takes_the_event_by_its_name_only_is_refused(on):
    class Named:
        def handle(self, *, event: OrderPlaced) -> None: ...

    with pytest.raises(InvalidRegistrationError, match="does not take one event"):
        on.listen(OrderPlaced, Named)
