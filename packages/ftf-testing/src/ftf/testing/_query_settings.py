"""The settings about queries: from the command line, the environment or the ini file."""

import os
import re

import pytest

from ._query_options import SECRETS, Policy, QueryOptions

_TEXTS = {
    "ftf_n_plus_one": "what a test with an N+1 is told: off, warn or fail (default: off)",
    "ftf_n_plus_one_threshold": "how many loads of one kind are an N+1 (default: 2)",
    "ftf_max_queries": "the most queries of a test without the marker max_queries",
    "ftf_query_stack_depth": "lines of the application kept for each query (default: 3)",
    "ftf_query_parameters": "whether reports show parameters: show or hide (default: show)",
}
_LISTS = {
    "ftf_query_ignore": "regular expressions of statements that are not counted",
    "ftf_query_redact": "regular expressions of names of parameters that no report shows",
}


def add_options(parser: pytest.Parser) -> None:
    """Declare the settings."""
    group = parser.getgroup("ftf", "ftf-testing")
    for name, text in _TEXTS.items():
        parser.addini(name, f"{text}; also {name.upper()}")
        group.addoption(f"--{name.replace('_', '-')}", dest=name, help=text)
    for name, text in _LISTS.items():
        parser.addini(name, text, type="linelist")


def read_options(config: pytest.Config) -> QueryOptions:
    """Read the settings.

    Raises:
        pytest.UsageError: One has a value it cannot have.
    """
    return QueryOptions(
        n_plus_one=_policy(config),
        n_plus_one_threshold=_number(config, "ftf_n_plus_one_threshold", least=2) or 2,
        max_queries=_number(config, "ftf_max_queries", least=0),
        stack_depth=_number(config, "ftf_query_stack_depth", least=1) or 3,
        ignored=_patterns(config, "ftf_query_ignore"),
        shows_parameters=_shows_parameters(config),
        redacted=_patterns(config, "ftf_query_redact") or SECRETS,
    )


def _policy(config: pytest.Config) -> Policy:
    match _text(config, "ftf_n_plus_one") or "off":
        case "off" | "warn" | "fail" as policy:
            return policy
        case other:
            raise pytest.UsageError(f"ftf_n_plus_one is off, warn or fail, not {other!r}")


def _shows_parameters(config: pytest.Config) -> bool:
    match _text(config, "ftf_query_parameters") or "show":
        case "show" | "hide" as wanted:
            return wanted == "show"
        case other:
            raise pytest.UsageError(f"ftf_query_parameters is show or hide, not {other!r}")


def _number(config: pytest.Config, name: str, *, least: int) -> int | None:
    if not (text := _text(config, name)):
        return None
    if not text.isdecimal() or int(text) < least:
        raise pytest.UsageError(f"{name} is a number from {least} on, not {text!r}")
    return int(text)


def _text(config: pytest.Config, name: str) -> str:
    """Read the command line, the environment or the ini file; the first that says something."""
    given: str | None = config.getoption(name)
    return given or os.environ.get(name.upper()) or str(config.getini(name) or "")


def _patterns(config: pytest.Config, name: str) -> tuple[re.Pattern[str], ...]:
    try:
        return tuple(re.compile(text, re.IGNORECASE) for text in config.getini(name))
    except re.error as error:
        raise pytest.UsageError(f"{name} has {error.pattern!r}: {error}") from error
