"""The plugin, in projects of users."""

import sys
from textwrap import dedent

import pytest

SETTINGS = """
[pytest]
addopts = --strict-markers --strict-config -p no:randomly
asyncio_default_fixture_loop_scope = function
asyncio_mode = auto
filterwarnings = error
"""
CONFTEST = """
import pytest
from sqlalchemy import ForeignKey, create_engine, text
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import StaticPool

@pytest.fixture
def session():
    engine = create_engine(
        "sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False}
    )
    with Session(engine) as session:
        session.execute(text("CREATE TABLE words (id INTEGER, word TEXT, secret TEXT)"))
        yield session
    engine.dispose()
"""
BEGIN = """
import pytest
from sqlalchemy import text

def ask(session, number):
    for n in range(number):
        session.execute(text("SELECT word FROM words WHERE id = :id"), {"id": n})
"""


@pytest.fixture
def project(pytester, monkeypatch):
    """A project of a user, and a function that runs its tests with some settings."""
    for name in ("FTF_N_PLUS_ONE", "FTF_MAX_QUERIES"):
        monkeypatch.delenv(name, raising=False)
    pytester.makeconftest(CONFTEST)

    def run(tests: str, *arguments: str, settings: str = "") -> pytest.RunResult:
        pytester.makeini(SETTINGS + settings)
        pytester.makepyfile(BEGIN + dedent(tests))
        return pytester.runpytest_inprocess(*arguments)

    return run


def test_a_test_with_too_many_queries_fails_and_lists_them(project):
    result = project(
        """
        @pytest.mark.max_queries(2)
        def test_many(session):
            ask(session, 3)

        @pytest.mark.max_queries(n=2)
        def test_few(session):
            ask(session, 2)
        """
    )
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "expected at most 2 queries, 3 ran, in * ms:",
            "*1. SELECT word FROM words WHERE id = ?",
            "* ms, {'id': 0}, at test_*.py:* in ask",
            "*called from test_*.py:* in test_many",
            "*Repeated:",
            "*3 x SELECT word FROM words WHERE id = ?",
            "*Load what belongs together in one query*",
        ]
    )


def test_the_marker_of_a_test_goes_before_that_of_its_class_and_the_setting(project):
    result = project(
        """
        @pytest.mark.max_queries(1)
        class TestWords:
            @pytest.mark.max_queries(3)
            def test_own(self, session):
                ask(session, 3)

            def test_of_the_class(self, session):
                ask(session, 1)

        def test_of_the_setting(session):
            ask(session, 1)
        """,
        settings="ftf_max_queries = 0",
    )
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(["expected exactly 0 queries, 1 ran*"])


@pytest.mark.parametrize("arguments", ["", "'two'", "1, 2", "1, n=2", "most=1"])
def test_a_marker_without_a_number_is_explained(project, arguments):
    result = project(
        f"""
        @pytest.mark.max_queries({arguments})
        def test_words(session): ...
        """
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*::test_words: write max_queries(n) with the number n*"])


def test_a_test_that_fails_says_why_and_not_how_many_queries_it_ran(project):
    result = project(
        """
        @pytest.mark.max_queries(0)
        def test_words(session):
            ask(session, 1)
            assert 1 == 2
        """
    )
    result.assert_outcomes(failed=1)
    result.stdout.no_fnmatch_line("*expected at most*")


def test_queries_of_fixtures_are_not_those_of_the_test(project):
    result = project(
        """
        @pytest.fixture
        def words(session):
            ask(session, 3)
            yield
            ask(session, 3)

        @pytest.mark.max_queries(1)
        def test_words(query_counter, words, session):
            ask(session, 1)
            assert query_counter == 1
        """
    )
    result.assert_outcomes(passed=1)


def test_a_comparison_of_the_counter_lists_the_queries(project):
    result = project(
        """
        def test_left(query_counter, session):
            ask(session, 2)
            assert query_counter == 1

        def test_right(query_counter, session):
            assert 1 <= query_counter

        def test_of_something_else():
            assert 1 == 2
        """
    )
    result.assert_outcomes(failed=3)
    result.stdout.fnmatch_lines(
        [
            "*assert <QueryCounter: 2 queries> == 1",
            "*2 x SELECT word FROM words WHERE id = ?",
            "*Captured queries call*",
            "2 ran, in * ms:",
            "  2. SELECT word FROM words WHERE id = ?",
            "*assert 1 <= <QueryCounter: 0 queries>",
            "*Captured queries call*",
            "none ran",
        ]
    )


def test_a_comparison_in_a_fixture_lists_the_repetitions(project):
    result = project(
        """
        @pytest.fixture
        def words(query_counter, session):
            ask(session, 2)
            assert query_counter == 1

        def test_words(words): ...
        """
    )
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*2 x SELECT word FROM words WHERE id = ?"])


N_PLUS_ONE = """
    def test_words(session):
        ask(session, 2)

    @pytest.mark.allow_n_plus_one("two words only")
    def test_allowed(session):
        ask(session, 2)

    def test_clean(session):
        ask(session, 1)
"""


def test_an_n_plus_one_is_nothing_to_tell_by_default(project):
    project(N_PLUS_ONE).assert_outcomes(passed=3)


def test_an_n_plus_one_can_fail_the_test(project):
    result = project(N_PLUS_ONE, settings="ftf_n_plus_one = fail")
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(["N+1: the number of queries grows*"])


def test_an_n_plus_one_can_be_warned_of(project):
    result = project(N_PLUS_ONE, "-W", "default", "--ftf-n-plus-one=warn")
    result.assert_outcomes(passed=3, warnings=1)
    result.stdout.fnmatch_lines(["*NPlusOneWarning: N+1: the number of queries grows*"])


def test_the_threshold_is_a_setting(project):
    settings = "ftf_n_plus_one = fail\nftf_n_plus_one_threshold = 3"
    project(N_PLUS_ONE, settings=settings).assert_outcomes(passed=3)


def test_the_command_line_goes_before_the_environment_before_the_file(project, monkeypatch):
    monkeypatch.setenv("FTF_N_PLUS_ONE", "fail")
    project(N_PLUS_ONE, settings="ftf_n_plus_one = off").assert_outcomes(passed=2, failed=1)
    project(N_PLUS_ONE, "--ftf-n-plus-one=off").assert_outcomes(passed=3)


def test_allowing_an_n_plus_one_needs_a_reason(project):
    result = project(
        """
        @pytest.mark.allow_n_plus_one
        def test_words(session): ...
        """
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(['*::test_words: write allow_n_plus_one("reason")'])


def test_the_settings_say_what_reports_show(project):
    result = project(
        """
        def test_words(query_counter, session):
            session.execute(text("SELECT :word, :secret"), {"word": "ab", "secret": "cd"})
            session.execute(text("SELECT 'ignored'"))
            assert query_counter == 2
        """,
        "--ftf-query-stack-depth=1",
        settings="ftf_query_redact = wor[dt]\nftf_query_ignore =\n    ignored\n    never",
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["1 ran, in * ms:", "* {'word': '...', 'secret': 'cd'}, at *"])
    result.stdout.no_fnmatch_line("*called from*")


def test_parameters_can_be_hidden(project):
    result = project(
        """
        def test_words(query_counter, session):
            session.execute(text("SELECT :word"), {"word": "ab"})
            assert query_counter == 2
        """,
        settings="ftf_query_parameters = hide",
    )
    result.stdout.fnmatch_lines(["  1. SELECT ?"])
    result.stdout.no_fnmatch_line("*'ab'}*")


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("ftf_n_plus_one = yes", "ftf_n_plus_one is off, warn or fail, not 'yes'"),
        ("ftf_n_plus_one_threshold = 1", "ftf_n_plus_one_threshold is a number from 2 on, not '1'"),
        ("ftf_query_stack_depth = x", "ftf_query_stack_depth is a number from 1 on, not 'x'"),
        ("ftf_query_parameters = no", "ftf_query_parameters is show or hide, not 'no'"),
        ("ftf_query_ignore = (", "ftf_query_ignore has '(': missing ), unterminated subpattern*"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(project, setting, message):
    result = project("", settings=setting)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*{message}*"])


def test_settings_end_with_the_test_run(project):
    project("", settings="ftf_n_plus_one = fail")
    project(N_PLUS_ONE).assert_outcomes(passed=3)


def test_queries_of_async_tests_and_threads_are_counted(project):
    result = project(
        """
        from asyncio import to_thread
        from threading import Thread

        async def test_async(query_counter, session):
            await to_thread(ask, session, 2)
            assert query_counter == 2

        @pytest.mark.max_queries(2)
        def test_thread(session):
            thread = Thread(target=ask, args=(session, 3))
            thread.start()
            thread.join()
        """
    )
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*expected at most 2 queries, 3 ran*"])


@pytest.mark.parametrize(
    ("test", "what"),
    [
        ("def test_words(query_counter): ...", "query_counter"),
        ("@pytest.mark.max_queries(1)\ndef test_words(): ...", "max_queries and ftf_n_plus_one"),
    ],
)
def test_without_sqlalchemy_counting_says_what_is_missing(pytester, monkeypatch, test, what):
    monkeypatch.setitem(sys.modules, "sqlalchemy", None)
    pytester.makeini(SETTINGS)
    pytester.makepyfile(f"import pytest\n{test}")
    result = pytester.runpytest_inprocess()
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    text = f"*{what} counts the queries of SQLAlchemy, which is not installed"
    result.stdout.fnmatch_lines([text])
