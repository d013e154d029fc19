"""Records as lines of JSON and as text: none is lost, and none looks like two."""

import json
import logging
import sys
from datetime import UTC, date, datetime
from io import BytesIO, StringIO, TextIOWrapper

import pytest

from ftf.container.logs import JsonFormatter, LogHandler, TextFormatter, log_context


class Broken:
    def __repr__(self) -> str:
        raise RuntimeError("no repr")

    __str__ = __repr__


def record(message: object = "hello", *args: object, **extra: object) -> logging.LogRecord:
    log = logging.getLogger("shop")
    return log.makeRecord("shop", logging.INFO, "file.py", 1, message, args, None, extra=extra)


def document(found: logging.LogRecord) -> dict[str, object]:
    line = JsonFormatter().format(found)
    assert line.isascii()
    assert len(line.splitlines()) == 1
    return json.loads(line)


def test_a_line_has_the_time_in_utc_the_level_the_logger_and_the_message():
    found = record("hello %s", "world")
    found.created = datetime(2026, 11, 30, 21, 10, 26, 123_000, UTC).timestamp()
    assert document(found) == {
        "time": "2026-11-30T21:10:26.123Z",
        "level": "INFO",
        "logger": "shop",
        "message": "hello world",
    }


@pytest.mark.parametrize(
    "text", ["a\r\nb", "a\nINFO forged", "\u2028\u2029\x85", "\x00\x1b[31m", "\ud800", "é"]
)
def test_logs_63_a_record_is_one_line_whatever_its_message_contains(text):
    assert document(record(text))["message"] == text
    assert document(record("%s", text))["message"] == text


def test_logs_63_bytes_are_written_as_python_writes_them():
    found = document(record("%s", b"\xff", body=b"\xff"))
    assert found["message"] == found["body"] == "b'\\xff'"


def test_logs_63_extra_replaces_nothing():
    with log_context(level="mine", request_id="1"):
        found = document(record(level="DEBUG", time=0, logger="x", request_id="2"))
    assert (found["level"], found["logger"], found["request_id"]) == ("INFO", "shop", "1")
    assert found["extra.level"] == "mine"
    assert found["extra.extra.level"] == "DEBUG"
    assert (found["extra.time"], found["extra.request_id"]) == (0, "2")


@pytest.mark.parametrize(
    "value",
    [Broken(), {(1, 2): Broken()}, [Broken()], 10**5000],
    ids=["alone", "key", "list", "number"],
)
def test_logs_63_a_value_that_cannot_be_shown_is_named(value):
    found = document(record("hello", value=value))
    assert found["message"] == "hello"
    assert "whose repr raised" in str(found["value"])


def test_what_is_not_json_is_written_as_its_repr():
    circular: list[object] = []
    circular.append(circular)
    values = {"a": {1}, "b": float("nan"), "c": {(1, 2): 3}, "d": circular, "e": [date(2026, 1, 2)]}
    found = document(record("hello", **values))
    assert {name: found[name] for name in "abcde"} == {
        "a": "{1}",
        "b": "nan",
        "c": "{(1, 2): 3}",
        "d": "[[...]]",
        "e": ["2026-01-02"],
    }


def test_dates_are_written_in_the_form_of_the_standard():
    found = document(record(day=date(2026, 1, 2), at=[datetime(2026, 1, 2, tzinfo=UTC)]))
    assert (found["day"], found["at"]) == ("2026-01-02", ["2026-01-02T00:00:00+00:00"])


def test_a_long_value_is_cut_and_a_long_message_is_not():
    found = document(record("m" * 10_000, text="t" * 10_000, other={"x" * 10_000}))
    assert len(str(found["message"])) == 10_000
    assert str(found["text"]).endswith("t... (10000 characters)")
    assert len(str(found["other"])) < 9_000


@pytest.mark.parametrize("formatter", [JsonFormatter(), TextFormatter()])
def test_a_message_that_does_not_fit_its_arguments_is_written_with_them(formatter):
    assert "'%d of %d' ('one',)" in formatter.format(record("%d of %d", "one"))


def test_an_exception_is_one_field_with_its_traceback_and_the_stack():
    found = record("failed")
    error = ValueError("boom")
    found.exc_info = (type(error), error, None)
    found.stack_info = "Stack (most recent call last)"
    text = str(document(found)["exception"])
    assert text.endswith("ValueError: boom\nStack (most recent call last)")
    found.exc_info, found.exc_text, found.stack_info = (None, None, None), None, None
    assert "exception" not in document(found)


def test_text_is_for_people():
    with log_context(request_id="abc"):
        found = record("hello\nworld\x1b[31m", user="a b", number=7, other={1})
        found.exc_text = "Traceback"
        text = TextFormatter().format(found)
    time, _, rest = text.partition(" ")
    assert len(time) == len("21:10:26.123")
    assert rest == (
        "INFO     shop: hello\n    world\\x1b[31m  request_id=abc user='a b' number=7 other={1}\n"
        "    Traceback"
    )
    assert TextFormatter().format(record()).endswith("shop: hello")


def test_a_character_that_the_stream_cannot_encode_is_escaped(monkeypatch):
    raw = TextIOWrapper(buffer := BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stderr", raw)
    LogHandler("text").handle(record("é"))
    assert buffer.getvalue().endswith(b"shop: \\xe9\n")


def test_a_program_without_stderr_logs_nothing(monkeypatch):
    monkeypatch.setattr(sys, "stderr", None)
    LogHandler().handle(record())


def test_a_stream_that_fails_is_reported_and_ends_nothing(monkeypatch):
    class Full(StringIO):
        def write(self, text: str) -> int:
            if text.startswith("{"):
                raise OSError("no space left")
            return super().write(text)

    monkeypatch.setattr(sys, "stderr", full := Full())
    LogHandler().handle(record())
    assert "no space left" in full.getvalue()


def test_a_recursion_that_is_too_deep_is_not_hidden(monkeypatch):
    handler = LogHandler()

    def recurse(_: logging.LogRecord) -> str:
        raise RecursionError

    monkeypatch.setattr(handler, "format", recurse)
    with pytest.raises(RecursionError):
        handler.handle(record())
