import pytest

from ftf.container.environment import Environment, UnknownEnvironmentError, current_environment


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, Environment.PRODUCTION),
        ({"FTF_ENV": "", "FASTAPI_ENV": " "}, Environment.PRODUCTION),
        ({"FTF_ENV": "staging", "FASTAPI_ENV": "development"}, Environment.STAGING),
        ({"FASTAPI_ENV": "development"}, Environment.LOCAL),
        ({"FTF_ENV": " Testing "}, Environment.TESTING),
        ({"FTF_ENV": "DEVELOPMENT"}, Environment.LOCAL),
    ],
)
def test_cli_68_the_environment_is_that_of_a_variable_or_production(variables, expected):
    assert current_environment(variables) is expected


def test_cli_68_an_unknown_environment_is_an_error_that_lists_the_known_ones():
    with pytest.raises(
        UnknownEnvironmentError,
        match="FTF_ENV='produktion' is not an environment: "
        "set it to one of local, testing, staging, production",
    ) as e:
        current_environment({"FTF_ENV": "produktion"})
    assert (e.value.variable, e.value.value) == ("FTF_ENV", "produktion")


def test_the_environment_of_this_process_is_read_by_default(monkeypatch):
    monkeypatch.setenv("FTF_ENV", "local")
    assert current_environment() is Environment.LOCAL


def test_local_and_testing_are_local_environments():
    assert [each for each in Environment if each.is_local] == ["local", "testing"]
