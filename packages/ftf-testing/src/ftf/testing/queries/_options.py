"""How queries are told and judged where a call does not say otherwise."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

type Policy = Literal["off", "warn", "fail"]

SECRETS = (re.compile(r"passw|secret|token|api_?key|authorization", re.IGNORECASE),)


@dataclass(frozen=True, slots=True)
class QueryOptions:
    """What the settings of the plugin say about queries.

    Args:
        n_plus_one: What a test with an N+1 is told.
        n_plus_one_threshold: How many loads of one kind are an N+1.
        max_queries: The most queries a test may run that has no marker.
        stack_depth: How many lines of the application are kept for a query.
        ignored: Statements that are not counted, besides transaction control.
        shows_parameters: Whether reports tell the parameters.
        redacted: The names of parameters that no report tells.
        parameter_length: How many characters of a query's parameters a report tells.
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
    """Give the options of this test run, or the defaults outside of one."""
    return _Current.options


def use_options(options: QueryOptions) -> Callable[[], None]:
    """Set the options of this test run, and give what sets those of before again."""
    before, _Current.options = _Current.options, options

    def restore() -> None:
        _Current.options = before

    return restore
