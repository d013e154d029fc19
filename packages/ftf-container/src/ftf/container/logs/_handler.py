"""`LogHandler`: writes records to stderr."""

import sys
from logging import Formatter, Handler, LogRecord
from typing import Final, Literal

from ._filters import ContextFilter
from ._formatters import JsonFormatter, TextFormatter

type Format = Literal["auto", "json", "text"]

_FORMATTERS: Final[dict[str, type[Formatter]]] = {"json": JsonFormatter, "text": TextFormatter}


class LogHandler(Handler):
    """Writes records to stderr, with the fields of the request, job or command.

    Args:
        format: "text", "json", or "auto": text on a terminal and JSON elsewhere.

    Raises:
        ValueError: The format is not one of these.
    """

    def __init__(self, format: Format = "auto") -> None:  # noqa: A002  # as logging.basicConfig
        super().__init__()
        if format == "auto":
            format = "text" if sys.stderr is not None and sys.stderr.isatty() else "json"  # noqa: A001
        if format not in _FORMATTERS:
            raise ValueError(f"{format!r} is not a format of logs: use 'auto', 'json' or 'text'.")
        self.setFormatter(_FORMATTERS[format]())
        self.addFilter(ContextFilter())

    def emit(self, record: LogRecord) -> None:
        """Write a record. A stream that fails is reported as the module logging does."""
        # Looked up for each record, because what redirects stderr replaces it.
        stream = sys.stderr
        if stream is None:  # a program without a console
            return
        try:
            line = f"{self.format(record)}\n"
            try:
                stream.write(line)
            except UnicodeEncodeError:
                encoding = stream.encoding or "ascii"
                stream.write(line.encode(encoding, "backslashreplace").decode(encoding))
            stream.flush()
        except RecursionError:  # as logging.StreamHandler
            raise
        except Exception:  # noqa: BLE001  # a failing stream does not end the work that is logged
            self.handleError(record)
