"""The parameters of new hashes."""

import sys

import pytest

from ftf.http.auth import Argon2, InvalidAuthError


@pytest.mark.parametrize(
    "parameters",
    [
        {"time_cost": 0},
        {"time_cost": 11},
        {"memory_cost": 7},
        {"memory_cost": 262_145},
        {"memory_cost": 16, "parallelism": 4},
        {"parallelism": 9},
    ],
)
def test_parameters_out_of_range_are_refused_by_name(parameters):
    name = next(iter(parameters))
    with pytest.raises(InvalidAuthError, match=rf"Argon2\({name}=...\) is out of range"):
        Argon2(**parameters)


def test_what_is_offered_is_within_the_range():
    assert Argon2() == Argon2(time_cost=2, memory_cost=19_456, parallelism=1)
    assert Argon2.strong() == Argon2(time_cost=3, memory_cost=65_536, parallelism=4)


def test_without_the_library_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "argon2", None)
    with pytest.raises(ImportError, match=r'`pip install "ftf-http\[auth\]"`'):
        Argon2()
