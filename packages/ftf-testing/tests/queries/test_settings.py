"""What the settings say about queries, in projects of users."""

import pytest

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
        def select(session, **words):
            session.execute(text("SELECT :word, :secret"), words)

        def test_words(query_counter, session):
            select(session, word="ab", secret="cd")
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
        ("ftf_n_plus_one = yes", "ftf_n_plus_one must be off, warn or fail, not 'yes'"),
        (
            "ftf_n_plus_one_threshold = 1",
            "ftf_n_plus_one_threshold must be a number, 2 or more, not '1'",
        ),
        ("ftf_query_stack_depth = x", "ftf_query_stack_depth must be a number, 1 or more, not 'x'"),
        ("ftf_query_parameters = no", "ftf_query_parameters must be show or hide, not 'no'"),
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
