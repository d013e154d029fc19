"""Random choices, most of which are usual."""

from collections.abc import Sequence
from random import Random


class Chance(Random):  # noqa: S311  # no secret
    """Random choices, most of which are usual.

    In three requests of eight all are, and in most of the others all but one.
    """

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.strange = self.choice([0, 0, 0, 1, 1, 1, 1, 99])

    def rarely(self, probability: float) -> bool:
        if not self.strange or self.random() >= probability:
            return False
        self.strange -= 1
        return True

    def usually[T](self, usual: Sequence[T], strange: Sequence[T]) -> T:
        return self.choice(strange if self.rarely(0.2) else usual)
