"""Observers of decisions, such as the one that reports writes that nothing has authorized."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ._decision import Decision

type DecisionObserver = Callable[[str, Decision], object]

observers: list[DecisionObserver] = []


@contextmanager
def observing_decisions(observer: DecisionObserver) -> Iterator[None]:
    """Call an observer for each decision of every gate of this process, until this ends.

    Args:
        observer: What is called in the task that asks, with the name of the ability, such as
            `PostPolicy.update`, and the decision. It must not raise.
    """
    observers.append(observer)
    try:
        yield
    finally:
        observers.remove(observer)


def observed(ability: object, decision: Decision) -> Decision:
    """Return a decision, after the observers were called with it."""
    if observers:  # most processes have none
        for observer in [*observers]:
            observer(str(ability), decision)
    return decision
