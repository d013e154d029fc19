"""Random applications answer random requests like FastAPI, byte for byte.

`differential.applications` describes an application, `differential.twin` builds it on FastAPI and
on this package, and `differential.comparison` makes the same requests to both.
"""

import asyncio
import os
from collections.abc import Iterator

import pytest
from differential.applications import applications
from differential.asking import steps
from differential.comparison import compare
from differential.mutants import MUTANTS
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

# How many applications; other ones at each run: `FTF_APPLICATIONS=1000 pytest -k random_app`.
CHOSEN = os.environ.get("FTF_APPLICATIONS")
APPLICATIONS, REQUESTS = int(CHOSEN or 140), 40
SEEDS = st.lists(st.integers(0, 2**32), min_size=REQUESTS, max_size=REQUESTS)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Duplicate Operation ID"),
    pytest.mark.filterwarnings("ignore:Using extra keyword arguments"),
]
once = settings(
    derandomize=CHOSEN is None,
    database=None,
    deadline=None,
    suppress_health_check=[*HealthCheck],
    phases=[Phase.generate, Phase.shrink],
)


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as made:
        yield made


def test_random_applications_answer_random_requests_as_on_fastapi(runner):
    compared = 0

    @settings(once, max_examples=APPLICATIONS)
    @given(application=applications(), seeds=SEEDS)
    def check(application, seeds) -> None:
        nonlocal compared
        compared += runner.run(compare(application, steps(application, seeds)))

    check()
    assert compared >= 5_000 or CHOSEN


def test_the_comparison_finds_faults(runner):
    left = dict(MUTANTS)

    @settings(once, max_examples=60, derandomize=True)
    @given(application=applications(), seeds=SEEDS)
    def check(application, seeds) -> None:
        for name, mutant in [*left.items()]:
            try:
                runner.run(compare(application, steps(application, seeds), mutant))
            except AssertionError:
                del left[name]

    check()
    assert not left
