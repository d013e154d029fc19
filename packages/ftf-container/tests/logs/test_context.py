"""The fields of the request, job or command in log records."""

import asyncio
import logging
import sys
from contextvars import copy_context
from types import SimpleNamespace

import pytest

from ftf.container import Correlation
from ftf.container.logs import bind_log_context, configure_logging, log_context

log = logging.getLogger("shop")


def of_request(**headers: str) -> None:
    Correlation.of_records.set(lambda: Correlation(headers).log_fields)


async def test_logs_62_tasks_threads_and_groups_of_a_request_have_its_id_and_no_other(records):
    configure_logging()

    async def serve(number: str) -> None:
        of_request(**{"request-id": number})
        await asyncio.gather(asyncio.to_thread(log.info, number), say(number))

    async def say(number: str) -> None:
        await asyncio.sleep(0)
        log.info(number)

    async with asyncio.TaskGroup() as group:
        for number in range(20):
            group.create_task(serve(str(number)))
    assert len(records()) == 40
    assert {each["message"] == each["request_id"] for each in records()} == {True}
    log.info("afterwards")
    assert "request_id" not in records()[-1]


def test_logs_62_a_server_that_logs_the_error_of_a_request_names_the_request(records):
    configure_logging()
    error = ValueError("boom")
    error.add_note("about something else")
    error.add_note(f"{Correlation.NOTE}abc")
    log.error("Exception in ASGI application", exc_info=error)
    log.error("of no request", exc_info=ValueError("boom"))
    first, second = records()
    assert first["request_id"] == "abc"
    assert "request_id" not in second


def test_a_context_adds_fields_until_its_end(records):
    configure_logging()
    with log_context(user_id=7, order="a"):
        with log_context(order="b"):
            log.info("inside")
        log.info("outside")
    log.info("after")
    found = [{key: each.get(key) for key in ("user_id", "order")} for each in records()]
    assert found == [
        {"user_id": 7, "order": "b"},
        {"user_id": 7, "order": "a"},
        {"user_id": None, "order": None},
    ]


def test_a_bound_field_stays_until_the_token_is_reset(records):
    configure_logging()
    token = bind_log_context(user_id=7)
    log.info("bound")
    Correlation.of_records.reset(token)
    log.info("not bound")
    assert [each.get("user_id") for each in records()] == [7, None]


def test_a_context_may_end_in_another_thread_or_task_than_it_began_in():
    context = log_context(user_id=7)
    copy_context().run(context.__enter__)
    context.__exit__(None, None, None)


def test_the_trace_of_the_work_is_in_its_records(records):
    configure_logging()
    of_request(traceparent="00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
    log.info("within")
    Correlation.of_records.set(None)
    assert records()[0]["trace_id"] == "4bf92f3577b34da6a3ce929d0e0e4736"
    assert "request_id" not in records()[0]


@pytest.mark.parametrize("is_valid", [True, False])
def test_the_span_that_is_open_takes_precedence(is_valid, records, monkeypatch):
    configure_logging()
    span = SimpleNamespace(is_valid=is_valid, trace_id=1, span_id=2)
    module = SimpleNamespace(
        get_current_span=lambda: SimpleNamespace(get_span_context=lambda: span),
        format_trace_id="{:032x}".format,
        format_span_id="{:016x}".format,
    )
    monkeypatch.setitem(sys.modules, "opentelemetry.trace", module)
    log.info("within")
    found = {key: records()[0].get(key) for key in ("trace_id", "span_id")}
    expected = {"trace_id": f"{1:032x}", "span_id": f"{2:016x}"} if is_valid else {}
    assert found == {"trace_id": None, "span_id": None} | expected
