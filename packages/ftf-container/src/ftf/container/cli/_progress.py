"""`Progress`: how far a long piece of work has got, and how long it will still take."""

import sys
from collections.abc import Callable
from time import monotonic

_SECONDS_ON_TERMINAL = 0.1
_SECONDS_ELSEWHERE = 5.0


class Progress:
    """Writes steps, percent and the remaining time to stderr.

    Args:
        label: What is done.
        total: The number of steps, if it is known.
        quiet: Whether nothing is written.
        clock: Returns the time in seconds.
    """

    def __init__(
        self,
        label: str,
        total: int | None = None,
        *,
        quiet: bool = False,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self.label = label
        self.total = total
        self.done: int = 0
        self._quiet = quiet
        self._clock = clock
        self._begin = self._shown = clock()
        self._is_terminal = sys.stderr.isatty()
        self._was_shown = False

    def advance(self, steps: int = 1) -> None:
        """Count steps that are done."""
        self.done += steps
        pause = _SECONDS_ON_TERMINAL if self._is_terminal else _SECONDS_ELSEWHERE
        now = self._clock()
        if not self._quiet and now - self._shown >= pause:
            self._shown = now
            self._show()

    def end(self) -> None:
        """Show the last state, if any was shown, and go to the next line."""
        if self._was_shown:
            self._show()
            sys.stderr.write("\n" if self._is_terminal else "")

    def __str__(self) -> str:
        seconds = self._clock() - self._begin
        if not self.total:
            return f"{self.label}: {self.done:,} in {_span(seconds)}"
        share = min(self.done / self.total, 1.0)
        text = f"{self.label}: {self.done:,} of {self.total:,}, {share:.0%}"
        if 0 < share < 1:
            text += f", {_span(seconds / share - seconds)} left"
        return text

    def _show(self) -> None:
        self._was_shown = True
        # ESC [ K clears what a longer line has left.
        sys.stderr.write(f"\r{self}\x1b[K" if self._is_terminal else f"{self}\n")
        sys.stderr.flush()


def _span(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
