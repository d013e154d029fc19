"""What a connection says about the request and the trace that it belongs to."""

import pytest

from ftf.container import Correlation
from ftf.http import FastTrackFramework
from ftf.http._request_id import correlation_of  # noqa: PLC2701  # what jobs and listeners get

TRACE = b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def test_a_connection_without_an_id_and_a_trace_says_nothing():
    assert correlation_of({"type": "websocket", "headers": []}) == Correlation()


@pytest.mark.parametrize("state", [b"", b"vendor=1", b"\xff"])
def test_a_trace_is_taken_over_with_a_state_that_is_one(state):
    headers = [(b"traceparent", TRACE), (b"tracestate", state)]
    found = correlation_of({"type": "http", "headers": headers})
    expected = {"traceparent": TRACE.decode()}
    if state == b"vendor=1":
        expected["tracestate"] = "vendor=1"
    assert dict(found) == expected


async def test_a_scope_outside_of_requests_belongs_to_none():
    app = FastTrackFramework()
    async with app.container.scoped_context() as scope:
        assert await scope.aresolve(Correlation) == Correlation()
