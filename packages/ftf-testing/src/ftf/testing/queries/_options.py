"""The options of counting and reporting queries, for calls without arguments."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

type Policy = Literal["off", "warn", "fail"]

SECRETS = (re.compile(r"passw|secret|token|api_?key|authorization", re.IGNORECASE),)


@dataclass(frozen=True, slots=True)
class QueryOptions:
    """The settings about queries.

    Args:
        n_plus_one: What happens to a test with an N+1.
        n_plus_one_threshold: The least number of equal loads that is an N+1.
        max_queries: The greatest number of queries of a test without a marker.
        stack_depth: The number of lines of the application that are stored for a query.
        ignored: Statements that are not counted, besides transaction control.
        shows_parameters: Whether reports show parameters.
        redacted: The names of parameters that reports do not show.
        parameter_length: The number of characters of a query's parameters in a report.
    """

    n_plus_one: Policy = "off"
    n_plus_one_threshold: int = 2
    max_queries: int | None = None
    stack_depth: int = 3
    ignored: tuple[re.Pattern[str], ...] = ()
    shows_parameters: bool = True
    redacted: tuple[re.Pattern[str], ...] = SECRETS
    parameter_length: int = 120


class _Current:
    options = QueryOptions()


def current_options() -> QueryOptions:
    """Return the options of this test run, or the defaults outside of one."""
    return _Current.options


def use_options(options: QueryOptions) -> Callable[[], None]:
    """Set the options of this test run. Return a function that restores those of before."""
    before, _Current.options = _Current.options, options

    def restore() -> None:
        _Current.options = before

    return restore
