"""Random applications answer random requests like FastAPI, byte for byte.

`differential.applications` and `differential.planned` describe applications, `differential.twin`
builds them on FastAPI and on this package, and `differential.comparison` makes the same requests
to both.
"""

import asyncio
import os
from collections.abc import Iterator, Sequence
from importlib import import_module
from pkgutil import resolve_name
from types import SimpleNamespace

import pytest
from differential.applications import applications
from differential.asking import steps
from differential.comparison import Expected, compare_documents
from differential.description import Application, Endpoint, Group, Parameter
from differential.exchange import Answered
from differential.faults import FAULTS
from differential.mutants import MUTANTS
from differential.planned import planned_applications
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

# How many applications; other ones at each run: `FTF_APPLICATIONS=1000 pytest -k random_app`.
CHOSEN = os.environ.get("FTF_APPLICATIONS")
APPLICATIONS, REQUESTS = int(CHOSEN or 140), 40
CALLING = "ftf.http.plan._handler.Handler.result"  # with which a plan calls the handler
# Larger numbers would also be drawn from the source of the modules that are imported.
DIGITS = st.integers(0, 99)
SEEDS = st.lists(
    st.tuples(DIGITS, DIGITS).map(lambda pair: pair[0] * 100 + pair[1]),
    min_size=REQUESTS,
    max_size=REQUESTS,
)

pytestmark = [
    pytest.mark.filterwarnings("ignore:Duplicate Operation ID"),
    pytest.mark.filterwarnings("ignore:Using extra keyword arguments"),
]


@pytest.fixture(autouse=True)
def no_time_in_gzip(monkeypatch) -> None:
    """Compressed bodies are the same bytes, although they are compressed in different seconds."""
    monkeypatch.setattr("gzip.time", SimpleNamespace(time=int))


once = settings(
    derandomize=CHOSEN is None,
    database=None,
    deadline=None,
    suppress_health_check=[*HealthCheck],
    phases=[Phase.generate, Phase.shrink],
)
# Faults are looked for in the same applications at each run, and not made simpler.
# Far fewer than 2,000 are needed, and it stops there: which ones are drawn differs by release.
looking = settings(
    once, derandomize=True, phases=[Phase.explicit, Phase.generate], max_examples=2_000
)
# What is rare among the random ones: a list as a default, of a handler that changes it; a body
# without a content type; and each option of a response alone.
CHANGED = Parameter("q", "query", "ints", "value")
READING = Endpoint("/0", ("POST",), (Parameter("item", "body", "thing"),))
OPTIONS = (
    ("response_model_include", ("name", "size")),
    ("response_model_exclude", ("label",)),
    ("response_model_by_alias", False),
    ("response_model_exclude_unset", True),
    ("response_model_exclude_defaults", True),
    ("response_model_exclude_none", True),
    ("status_code", 201),
)
WRITING = tuple(
    Endpoint(f"/{number}", answer="partial", options=(("response_model", "thing"), option))
    for number, option in enumerate(OPTIONS)
)
RARE = [
    Application(Group(parts=parts))
    for parts in ((Endpoint("/0", parameters=(CHANGED,), answer="changing"),), (READING,), WRITING)
]


class AllFoundError(Exception):
    """The comparison has found each fault, so that no other application is needed."""


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as made:
        yield made


@pytest.fixture
def by_plans(monkeypatch) -> list[object]:
    """The results of the handlers that plans have called."""
    called: list[object] = []
    result = resolve_name(CALLING)

    async def noting(*arguments, **options):
        called.append(found := await result(*arguments, **options))
        return found

    monkeypatch.setattr(CALLING, noting)
    return called


def _handled(answers: Sequence[Answered]) -> int:
    """Return how many requests a handler was called for."""
    return sum(any(entry[0] == "handler" for entry in each.log) for each in answers)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("described", "share"),
    # Many routes of the wide ones need what is left to FastAPI, such as forms.
    [
        pytest.param(applications(), 0.3, id="wide"),
        pytest.param(planned_applications(), 0.5, id="planned"),
    ],
)
def test_random_applications_answer_random_requests_as_on_fastapi(
    runner, by_plans, described, share
):
    answers = []

    @settings(once, max_examples=APPLICATIONS // 2)
    @given(application=described, seeds=SEEDS)
    def check(application, seeds) -> None:
        compare_documents(application)
        expected = runner.run(Expected.of(application, steps(application, seeds)))
        answers.extend(runner.run(expected.compare()))

    check()
    assert len(answers) >= 2_000 or CHOSEN
    assert len(by_plans) > share * _handled(answers)


def test_the_same_applications_are_drawn_whatever_is_imported(tmp_path, monkeypatch):
    def drawn() -> list[tuple[Application, list[int]]]:
        found = []

        @settings(looking, max_examples=10)
        @given(application=planned_applications(), seeds=SEEDS)
        def draw(application, seeds) -> None:
            found.append((application, seeds))

        draw()
        return found

    before = drawn()
    (tmp_path / "numbers_of_a_module.py").write_text(f"NUMBERS = {[*range(100, 1_100)]}")
    monkeypatch.syspath_prepend(tmp_path)
    import_module("numbers_of_a_module")
    assert drawn() == before


def test_a_few_random_applications_answer_random_requests_as_on_fastapi(runner, by_plans):
    answers = []

    @settings(looking, max_examples=5)
    @given(application=planned_applications(), seeds=SEEDS)
    def check(application, seeds) -> None:
        expected = runner.run(Expected.of(application, steps(application, seeds)))
        answers.extend(runner.run(expected.compare()))

    check()
    # With the oldest FastAPI, a route of a plain router has no plan where it is included.
    assert by_plans


@pytest.mark.slow
def test_the_comparison_finds_faults_around_applications(runner):
    left = dict(MUTANTS)

    @settings(looking)
    @given(application=applications(), seeds=SEEDS)
    def check(application, seeds) -> None:
        expected = runner.run(Expected.of(application, steps(application, seeds)))
        for name, mutant in [*left.items()]:
            try:
                runner.run(expected.compare(mutant))
            except AssertionError:
                del left[name]
        if not left:
            raise AllFoundError

    with pytest.raises(AllFoundError):
        check()


@pytest.mark.slow
def test_the_comparison_finds_faults_of_plans(runner, monkeypatch):
    left = dict(FAULTS)

    @settings(looking)
    @example(application=RARE[0], seeds=[*range(REQUESTS)])
    @example(application=RARE[1], seeds=[*range(REQUESTS)])
    @example(application=RARE[2], seeds=[*range(REQUESTS)])
    @given(application=planned_applications(), seeds=SEEDS)
    def check(application, seeds) -> None:
        expected = runner.run(Expected.of(application, steps(application, seeds)))
        for name, fault in [*left.items()]:
            with monkeypatch.context() as patch:
                fault(patch)
                try:
                    runner.run(expected.compare())
                except AssertionError:
                    del left[name]
        if not left:
            raise AllFoundError

    with pytest.raises(AllFoundError):
        check()
