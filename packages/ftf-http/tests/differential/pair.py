"""One application on FastAPI and on this package, and its answers, which have to be the same."""

from collections.abc import Callable
from typing import Any

from differential.answers import Log
from differential.description import Ask
from differential.exchange import Answered, ask
from fastapi import FastAPI

from ftf.http import FastTrackFramework


def ours() -> FastTrackFramework:
    """Return an application that answers in FastAPI's shapes."""
    return FastTrackFramework(problem_details=False)


async def same(build: Callable[[Any, Log], object], *asks: Ask) -> list[Answered]:
    """Build an application twice, make requests to both, and return the answers.

    Args:
        build: Adds routes to an application that add to its log.
        asks: The requests.

    Raises:
        AssertionError: The answers differ.
    """
    answers = []
    for make in (FastAPI, ours):
        log: Log = []
        app = make()
        build(app, log)
        answers.append([await ask(app, each, log) for each in asks])
    assert answers[1] == answers[0]
    return answers[1]
