"""The fields of limits, read by a strict parser of structured fields."""

import re
from dataclasses import replace

from ftf.http.limits import Limit, Outcome, Take
from ftf.http.limits._fields import fields  # noqa: PLC2701  # bytes of headers

ITEM = re.compile(r'"(?P<name>[A-Za-z0-9_.-]+)"(?P<parameters>(?:;[a-z]+=[0-9]+)*)')


def parsed(value: bytes) -> dict[str, dict[str, int]]:
    """Read a list of strings whose parameters are integers (RFC 9651, sections 3.1 and 3.3)."""
    items = [ITEM.fullmatch(item) for item in value.decode("ascii").split(", ")]
    assert all(items)
    return {
        item["name"]: {
            name: int(number)
            for name, number in (each.split("=") for each in item["parameters"].split(";")[1:])
        }
        for item in items
    }


def taken(limit: Limit, outcome: Outcome) -> tuple[Take, Outcome]:
    return Take(limit, "ada@example.com"), outcome


def test_edge_s82_several_policies_are_lists_of_structured_fields():
    minute = replace(Limit(quota=5, period=0.5), name="api")
    hour = replace(Limit.per_hour(100), name="api-2")
    allowed = Outcome(allowed=True, remaining=4, reset=1)
    refused = Outcome(allowed=False, remaining=0, reset=3_600_000_000, retry=35_000_001)
    found = dict(fields([taken(minute, allowed), taken(hour, refused)], legacy=False))
    assert parsed(found[b"ratelimit-policy"]) == {
        "api": {"q": 5, "w": 1},
        "api-2": {"q": 100, "w": 3600},
    }
    assert parsed(found[b"ratelimit"]) == {"api": {"r": 4, "t": 1}, "api-2": {"r": 0, "t": 36}}
    assert not any(b"ada" in value for value in found.values())


def test_edge_s82_a_limit_that_was_asked_twice_is_named_once():
    limit = replace(Limit.per_hour(5), name="api")
    pairs = [taken(limit, Outcome(allowed=True, remaining=left, reset=9)) for left in (4, 3)]
    found = dict(fields(pairs, legacy=True))
    assert found[b"ratelimit"] == b'"api";r=3;t=1'
    assert found[b"x-ratelimit-remaining"] == b"3"
