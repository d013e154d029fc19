"""What listeners of events raise after the commit, where it cannot fail the work."""

import logging
from typing import ClassVar

_LOGGER = logging.getLogger("ftf.container.events")


class ListenerFailures(logging.Handler):
    """Notes what the listeners of a test raise after the commit.

    Attributes:
        current: That of the running test; of the inner one where a test runs pytest.
    """

    current: ClassVar["ListenerFailures | None"] = None

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self._noted: list[tuple[str, Exception]] = []
        self._outer: ListenerFailures | None = None

    def __enter__(self) -> None:
        self._outer, ListenerFailures.current = ListenerFailures.current, self
        _LOGGER.addHandler(self)

    def __exit__(self, *_: object) -> None:
        _LOGGER.removeHandler(self)
        ListenerFailures.current = self._outer

    def emit(self, record: logging.LogRecord) -> None:
        """Note the error of a log entry."""
        error = record.exc_info and record.exc_info[1]
        if isinstance(error, Exception) and ListenerFailures.current is self:
            self._noted.append((record.getMessage(), error))

    def take(self) -> list[Exception]:
        """Return what was noted, and forget it."""
        noted, self._noted = self._noted, []
        return [error for _, error in noted]

    def messages(self) -> list[str]:
        """Describe what was noted and not taken."""
        return [f"{text}: {error!r}" for text, error in self._noted]
