"""Log records that name their request, job or command, as JSON where there is no terminal."""

from ._configure import configure_logging
from ._context import bind_log_context, log_context
from ._filters import AccessFilter, ContextFilter
from ._formatters import JsonFormatter, TextFormatter
from ._handler import LogHandler
from .provider import LogsProvider

__all__ = [
    "AccessFilter",
    "ContextFilter",
    "JsonFormatter",
    "LogHandler",
    "LogsProvider",
    "TextFormatter",
    "bind_log_context",
    "configure_logging",
    "log_context",
]
