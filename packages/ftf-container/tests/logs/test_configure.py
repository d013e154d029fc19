"""`configure_logging`: it takes uvicorn's loggers over, and leaves those of the user."""

import logging
import sys
from io import StringIO

import pytest
import uvicorn

from ftf.container import Container
from ftf.container.logs import (
    ContextFilter,
    LogHandler,
    LogsProvider,
    TextFormatter,
    configure_logging,
    log_context,
)

log = logging.getLogger("shop")
LINE = ("127.0.0.1:5000", "GET", "/posts?token=secret", "1.1", 200)
FORMAT = '%s - "%s %s HTTP/%s" %d'


def of_uvicorn(**config: object) -> None:
    """Configure logging as `uvicorn shop.main:app` does before it imports the application."""
    uvicorn.Config("shop.main:app", **config)


def test_elsewhere_than_on_a_terminal_records_are_json(records):
    configure_logging()
    log.info("hello")
    assert records()[0]["message"] == "hello"


def test_on_a_terminal_records_are_text(written, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    configure_logging()
    log.info("hello")
    assert written()[0].endswith("INFO     shop: hello")


def test_levels_hold_for_all_loggers_or_for_some(records):
    configure_logging(level="WARNING", levels={"shop": logging.DEBUG})
    logging.getLogger("other").info("left out")
    log.debug("written")
    assert [each["message"] for each in records()] == ["written"]


@pytest.mark.parametrize(
    "wrong", [{"level": "LOUD"}, {"levels": {"shop": "LOUD"}}, {"format": "xml"}]
)
def test_what_is_no_level_or_format_is_refused_before_anything_changes(wrong, loggers):
    with pytest.raises(ValueError, match=r"is not a (level|format) of log"):
        configure_logging(**wrong)
    assert logging.getLogger().handlers == []


def test_logs_64_a_second_call_replaces_the_first(records):
    configure_logging()
    configure_logging(level="DEBUG")
    log.debug("once")
    assert len(records()) == 1


def test_logs_64_handlers_of_the_user_stay_and_get_the_fields(written):
    stream = StringIO()
    logging.basicConfig(stream=stream, format="%(request_id)s|%(message)s", level="WARNING")
    configure_logging(level="DEBUG", levels={"shop": "DEBUG"})
    configure_logging()
    with log_context(request_id="abc"):
        log.warning("inside")
    log.warning("outside")
    log.info("below the level of the user")
    assert stream.getvalue().splitlines() == ["abc|inside", "|outside"]
    assert written() == []
    (handler,) = logging.getLogger().handlers
    assert [type(each) for each in handler.filters] == [ContextFilter]


def test_logs_64_a_handler_that_pytest_has_added_doubles_nothing(caplog, monkeypatch):
    # caplog's handler is on the root now.
    configure_logging()
    log.warning("once")
    assert caplog.messages == ["once"]
    assert not any(isinstance(each, LogHandler) for each in logging.getLogger().handlers)
    for each in logging.getLogger().handlers:
        each.filters.clear()


def test_logs_64_records_of_uvicorn_are_written_once_without_query_strings(records):
    of_uvicorn()
    configure_logging()
    logging.getLogger("uvicorn.access").info(FORMAT, *LINE)
    logging.getLogger("uvicorn.error").info("Started", extra={"color_message": "\x1b[1mStarted"})
    access, error = records()
    assert access["message"] == '127.0.0.1:5000 - "GET /posts HTTP/1.1" 200'
    assert (access["path"], access["method"], access["status"]) == ("/posts", "GET", 200)
    assert access["client"] == "127.0.0.1:5000"
    assert (error["message"], "color_message" in error) == ("Started", False)


def test_logs_64_the_lines_of_websockets_have_no_query_string_either(records):
    configure_logging()
    server = logging.getLogger("uvicorn.error")
    server.info('%s - "WebSocket %s" 403', "127.0.0.1:5000", "/live?token=secret")
    server.info('%s - "WebSocket %s" %d', "127.0.0.1:5000", "/live?token=secret", 404)
    server.info("%s and %s", "one?", "two?")
    assert [str(each["message"])[17:] for each in records()] == [
        '"WebSocket /live" 403',
        '"WebSocket /live" 404',
        "",
    ]


def test_logs_64_a_configuration_of_the_user_for_uvicorn_stays(written):
    stream = StringIO()
    config = {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "own": {
                "()": "uvicorn.logging.AccessFormatter",
                "fmt": "%(request_id)s %(request_line)s",
            }
        },
        "handlers": {
            "own": {"class": "logging.StreamHandler", "stream": stream, "formatter": "own"}
        },
        "loggers": {"uvicorn.access": {"handlers": ["own"], "level": "INFO", "propagate": False}},
    }
    of_uvicorn(log_config=config)
    configure_logging()
    configure_logging()
    with log_context(request_id="abc"):
        logging.getLogger("uvicorn.access").info(FORMAT, *LINE)
    assert stream.getvalue() == "abc GET /posts HTTP/1.1\n"
    assert written() == []


def test_without_uvicorn_its_loggers_are_left_as_they_are(records, monkeypatch):
    monkeypatch.delitem(sys.modules, "uvicorn.config")
    other = logging.StreamHandler(StringIO())
    logging.getLogger("uvicorn").addHandler(other)
    configure_logging()
    assert logging.getLogger("uvicorn").handlers == [other]


async def test_a_provider_sets_up_logging_when_the_application_starts(records):
    of_uvicorn()
    async with Container() as container:
        container.add_provider(LogsProvider("text", level="DEBUG"))
        assert logging.getLogger().handlers == []
        await container.boot()
        (handler,) = logging.getLogger().handlers
    assert isinstance(handler.formatter, TextFormatter)
    assert logging.getLogger().level == logging.DEBUG
