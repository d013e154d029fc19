"""Counting the queries of tests, in projects of users."""

import sys

import pytest


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
            "* ms, {'id': 0}, at words.py:* in ask",
            "*called from test_*.py:* in test_many",
            "*Repeated:",
            "*3 x SELECT word FROM words WHERE id = ?",
            "*Load the records in one query*",
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


@pytest.mark.parametrize("arguments", ["", "'two'", "-1", "1, 2", "1, n=2", "most=1"])
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


def test_queries_of_async_tests_and_threads_are_counted(project):
    result = project(
        """
        from asyncio import to_thread
        from threading import Thread

        def ask_in_a_thread(session, number):
            thread = Thread(target=ask, args=(session, number))
            thread.start()
            thread.join()

        async def test_async(query_counter, session):
            await to_thread(ask, session, 2)
            ask_in_a_thread(session, 1)
            assert query_counter == 3

        @pytest.mark.max_queries(2)
        def test_thread(session):
            ask_in_a_thread(session, 3)
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
    pytester.makepyfile(f"import pytest\n{test}")
    result = pytester.runpytest_inprocess("-p", "no:asyncio")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    text = f"*{what} counts the queries of SQLAlchemy, which is not installed"
    result.stdout.fnmatch_lines([text])
