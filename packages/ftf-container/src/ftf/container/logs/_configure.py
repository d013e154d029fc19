"""`configure_logging`: one call that sets up the logging of an application."""

import logging
import sys
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ._filters import AccessFilter, ContextFilter
from ._handler import Format, LogHandler

_SERVER: Final = ("uvicorn", "uvicorn.error", "uvicorn.access")


def configure_logging(
    format: Format = "auto",  # noqa: A002  # as logging.basicConfig
    level: int | str = "INFO",
    levels: Mapping[str, int | str] | None = None,
) -> None:
    """Write all records, uvicorn's included, to stderr, with the ids of what they belong to.

    Where the application has handlers of its own, they stay as they are, and so do the levels: they
    get a `ContextFilter`, and nothing is written twice. A second call replaces the first.

    Args:
        format: "text", "json", or "auto": text on a terminal and JSON elsewhere.
        level: The least level of a record that is written.
        levels: Other levels, by the names of loggers.

    Raises:
        ValueError: There is no such format or level; nothing was changed.
    """
    handler, level = LogHandler(format), _checked(level)
    others = {name: _checked(each) for name, each in (levels or {}).items()}
    root = logging.getLogger()
    own = [each for each in root.handlers if isinstance(each, LogHandler)]
    if len(own) == len(root.handlers):
        root.addHandler(handler)
        root.setLevel(level)
        for name, other in others.items():
            logging.getLogger(name).setLevel(other)
        _take_over_server()
    for replaced in own:
        root.removeHandler(replaced)
    _add_filters(root)


def _checked(level: int | str) -> int | str:
    """Return a level.

    Raises:
        ValueError: There is no such level.
    """
    known = logging.getLevelNamesMapping()
    if isinstance(level, str) and level not in known:
        raise ValueError(f"{level!r} is not a level of logging: use one of {', '.join(known)}.")
    return level


def _take_over_server() -> None:
    """Send the records of uvicorn to the root, unless its logging is configured otherwise."""
    for name in _SERVER:
        logger = logging.getLogger(name)
        if all(isinstance(each, LogHandler) or _is_default(each) for each in logger.handlers):
            for each in [*logger.handlers]:
                logger.removeHandler(each)
            logger.propagate = True


def _is_default(handler: logging.Handler) -> bool:
    """Return whether a handler is one that uvicorn makes without a configuration."""
    config: Any = sys.modules.get("uvicorn.config")
    defaults = config.LOGGING_CONFIG["formatters"].values() if config is not None else ()
    formatter = handler.formatter
    return type(handler) is logging.StreamHandler and any(
        type(formatter).__module__ == "uvicorn.logging"
        and formatter is not None
        and formatter._fmt == each["fmt"]  # noqa: SLF001  # which the module logging documents no name for
        for each in defaults
    )


def _add_filters(root: logging.Logger) -> None:
    for handler in _handlers(root):
        if not any(isinstance(each, ContextFilter) for each in handler.filters):
            handler.addFilter(ContextFilter())
    for name in ("uvicorn.access", "uvicorn.error"):
        logger = logging.getLogger(name)
        if not any(isinstance(each, AccessFilter) for each in logger.filters):
            logger.addFilter(AccessFilter())


def _handlers(root: logging.Logger) -> Iterator[logging.Handler]:
    yield from root.handlers
    for name in _SERVER:
        yield from logging.getLogger(name).handlers
