"""Records as text for a terminal, and as lines of JSON."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from logging import Formatter, LogRecord, makeLogRecord
from typing import Final

from ._context import NO_REQUEST, context_of

LONGEST: Final = 8192  # characters of a value, without the message and the traceback
# What a record has by itself, and what uvicorn adds for its own formatter.
_OWN: Final = {*vars(makeLogRecord({})), "asctime", "color_message", "ftf_context", "message"}
_CONTROLS: Final = {
    each: f"\\x{each:02x}" for each in (*range(32), *range(127, 160)) if chr(each) not in "\t\n"
}


class JsonFormatter(Formatter):
    """Writes a record as one line of JSON in ASCII: time, level, logger, message, then fields.

    The fields are those of the request, job or command, and what `extra` contains. A field whose
    name is taken is `extra.name`. What is not JSON is written as its `repr`.
    """

    def format(self, record: LogRecord) -> str:
        """Return the line."""
        found: dict[str, object] = {
            "time": _time_of(record).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname,
            "logger": record.name,
            "message": _message_of(record),
        }
        if trouble := _trouble_of(self, record):
            found["exception"] = trouble
        for name, value in _fields_of(record).items():
            found[_free(name, found)] = _cut(value)
        try:
            return json.dumps(found, default=_plain, allow_nan=False)
        except Exception:  # noqa: BLE001  # such as keys that are tuples, NaN, or a broken dict
            return json.dumps({name: _dumped(found[name]) for name in found}, default=_plain)


class TextFormatter(Formatter):
    """Writes a record for people: time, level, logger, message, and the fields as `name=value`."""

    def format(self, record: LogRecord) -> str:
        """Return the lines; all but the first are indented."""
        time = _time_of(record).astimezone().strftime("%H:%M:%S.%f")[:-3]
        text = f"{time} {record.levelname:<8} {record.name}: {_message_of(record)}"
        if fields := _fields_of(record):
            text += "  " + " ".join(f"{name}={_short(value)}" for name, value in fields.items())
        if trouble := _trouble_of(self, record):
            text += f"\n{trouble}"
        return text.translate(_CONTROLS).replace("\n", "\n    ")


def _time_of(record: LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created, UTC)


def _message_of(record: LogRecord) -> str:
    """Return the message; where its arguments do not fit, both as they are."""
    try:
        return record.getMessage()
    except Exception:  # noqa: BLE001  # the record is not to be lost
        return f"{_plain(record.msg)} {_plain(record.args)}"


def _trouble_of(formatter: Formatter, record: LogRecord) -> str:
    """Return the traceback and the stack of a record."""
    if record.exc_info and record.exc_info[0] is not None and not record.exc_text:
        record.exc_text = formatter.formatException(record.exc_info)
    return "\n".join(filter(None, (record.exc_text, record.stack_info)))


def _fields_of(record: LogRecord) -> dict[str, object]:
    """Return what the request, job or command adds to a record, and what `extra` does."""
    found, context = {**context_of(record)}, context_of(record)
    for name, value in vars(record).items():
        # ContextFilter sets what the context contains, and an empty id where there is none.
        is_set = context.get(name) is value or (name == "request_id" and value == NO_REQUEST)
        if name not in _OWN and not is_set:
            found[_free(name, found)] = value
    return found


def _free(name: str, found: Mapping[str, object]) -> str:
    return f"extra.{name}" if name in found else name


def _cut(value: object) -> object:
    if isinstance(value, str) and len(value) > LONGEST:
        return f"{value[:LONGEST]}... ({len(value)} characters)"
    return value


def _plain(value: object) -> object:
    """Return the text of what is not JSON."""
    if isinstance(value, date):
        return value.isoformat()
    try:
        return _cut(repr(value))
    except Exception as error:  # noqa: BLE001  # the record is not to be lost
        return f"<{type(value).__name__}, whose repr raised {type(error).__name__}>"


def _dumped(value: object) -> object:
    """Return a value that can be dumped."""
    try:
        json.dumps(value, default=_plain, allow_nan=False)
    except Exception:  # noqa: BLE001  # see JsonFormatter
        return _plain(value)
    return value


def _short(value: object) -> object:
    text = _cut(value) if isinstance(value, str) else _plain(value)
    return text if str(text).isprintable() and " " not in str(text) else repr(text)
