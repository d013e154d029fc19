"""Primary keys that are UUIDs of version 7."""

import uuid
from time import time_ns
from uuid import RFC_4122, UUID

import pytest

from ftf.orm import uuid7
from ftf.orm.models import _uuid_key  # noqa: PLC2701  # what Python 3.13 needs

MILLISECOND = 1_000_000


@pytest.fixture(params=["installed", "own"])
def make(request):
    """The function that is used, and the one that Python 3.13 needs."""
    return uuid7 if request.param == "installed" else _uuid_key._uuid7  # noqa: SLF001


def milliseconds(key: UUID) -> int:
    return key.int >> 80


def test_edge_52_keys_of_the_same_millisecond_are_in_the_order_in_which_they_are_made(make):
    keys = [make() for _ in range(5_000)]
    assert keys == sorted(set(keys))
    assert [key.hex for key in keys] == sorted(key.hex for key in keys)


def test_a_key_is_of_version_7_with_the_time(make):
    before = time_ns() // MILLISECOND
    key = make()
    assert (key.version, key.variant) == (7, RFC_4122)
    assert before <= milliseconds(key) <= time_ns() // MILLISECOND + 1


def test_a_clock_that_is_set_back_does_not_set_the_order_back(monkeypatch):
    last = _uuid_key._uuid7()  # noqa: SLF001
    monkeypatch.setattr(_uuid_key, "time_ns", lambda: 0)
    assert _uuid_key._uuid7() > last  # noqa: SLF001


def test_the_standard_library_makes_the_keys_where_it_can():
    assert uuid7 is getattr(uuid, "uuid7", _uuid_key._uuid7)  # noqa: SLF001
