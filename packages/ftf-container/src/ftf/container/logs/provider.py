"""`LogsProvider`, which sets up the logging of an application when it starts."""

from collections.abc import Mapping

from .._provider import ServiceProvider
from ._configure import configure_logging
from ._handler import Format


class LogsProvider(ServiceProvider):
    """Calls `configure_logging` when the application starts, after the server has set up its own.

    Args:
        format: "text", "json", or "auto": text on a terminal and JSON elsewhere.
        level: The least level of a record that is written.
        levels: Other levels, by the names of loggers.
    """

    priority = -1000  # what other providers log is to be read

    def __init__(
        self,
        format: Format = "auto",  # noqa: A002  # as configure_logging
        level: int | str = "INFO",
        levels: Mapping[str, int | str] | None = None,
    ) -> None:
        self._format: Format = format
        self._level = level
        self._levels = levels

    async def boot(self) -> None:
        """Set up the logging.

        Raises:
            ValueError: There is no such format or level.
        """
        configure_logging(self._format, self._level, self._levels)
