"""The settings about queries."""

import re

import pytest

from .._settings import declare, read
from ._options import SECRETS, Policy, QueryOptions


def declare_settings(parser: pytest.Parser) -> None:
    """Declare the settings about queries."""
    declare(
        parser,
        ftf_n_plus_one="what happens to a test with an N+1: off, warn or fail (default: off)",
        ftf_n_plus_one_threshold="the least number of equal loads that is an N+1 (default: 2)",
        ftf_max_queries="the greatest number of queries of a test without the marker max_queries",
        ftf_query_stack_depth="how many lines of the application each query has (default: 3)",
        ftf_query_parameters="whether reports show parameters: show or hide (default: show)",
    )
    ignored = "regular expressions of statements that are not counted"
    redacted = "regular expressions of names of parameters that reports do not show"
    parser.addini("ftf_query_ignore", ignored, type="linelist")
    parser.addini("ftf_query_redact", redacted, type="linelist")


def read_options(config: pytest.Config) -> QueryOptions:
    """Return the settings about queries.

    Raises:
        UsageError: A setting has an invalid value.
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
    match read(config, "ftf_n_plus_one") or "off":
        case "off" | "warn" | "fail" as policy:
            return policy
        case other:
            raise pytest.UsageError(f"ftf_n_plus_one must be off, warn or fail, not {other!r}")


def _shows_parameters(config: pytest.Config) -> bool:
    match read(config, "ftf_query_parameters") or "show":
        case "show" | "hide" as wanted:
            return wanted == "show"
        case other:
            raise pytest.UsageError(f"ftf_query_parameters must be show or hide, not {other!r}")


def _number(config: pytest.Config, name: str, *, least: int) -> int | None:
    if not (text := read(config, name)):
        return None
    if not text.isdecimal() or int(text) < least:
        raise pytest.UsageError(f"{name} must be a number, {least} or more, not {text!r}")
    return int(text)


def _patterns(config: pytest.Config, name: str) -> tuple[re.Pattern[str], ...]:
    try:
        return tuple(re.compile(text, re.IGNORECASE) for text in config.getini(name))
    except re.error as error:
        raise pytest.UsageError(f"{name} has {error.pattern!r}: {error}") from error
