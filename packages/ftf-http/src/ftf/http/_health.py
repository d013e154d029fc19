"""Whether the process lives, and whether it can serve."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ftf.container import Container

from ._draining import Draining
from ._problem import ProblemResponse

type Check = Callable[..., Awaitable[object] | object]

_logger = logging.getLogger("ftf.http")


class ReadinessCheck(NamedTuple):
    """Something that has to work for requests to be served, and how long finding out may take."""

    name: str
    check: Check
    timeout: float


class Readiness:
    """Answers whether the application can serve requests.

    Args:
        container: Where the arguments of the checks come from.
        draining: Knows whether the application is about to stop.
    """

    def __init__(self, container: Container, draining: Draining) -> None:
        self._container = container
        self._draining = draining
        self._checks: list[ReadinessCheck] = []

    def add(self, check: ReadinessCheck) -> None:
        """Ask one thing more."""
        self._checks.append(check)

    async def respond(self, _: Request) -> Response:
        """Answer 200, or 503 with the names of what is not ready."""
        if self._draining.begun:
            return ProblemResponse(503, "The application is about to stop.")
        results = dict(await asyncio.gather(*map(self._run, self._checks)))
        if failed := [name for name, result in results.items() if result != "ok"]:
            return ProblemResponse(503, f"Not ready: {', '.join(failed)}.", checks=results)
        return JSONResponse({"status": "ready", "checks": results})

    async def _run(self, asked: ReadinessCheck) -> tuple[str, str]:
        """Run a check with services of its own; the reason of a failure is for the log only."""
        try:
            async with asyncio.timeout(asked.timeout), self._container.scoped_context() as scope:
                ready = await scope.acall(asked.check)
        except TimeoutError:
            _logger.warning("readiness check %s took over %s s", asked.name, asked.timeout)
            return asked.name, "timed out"
        except Exception:
            _logger.exception("readiness check %s failed", asked.name)
            return asked.name, "failed"
        return asked.name, "failed" if ready is False else "ok"


async def live(_: Request) -> Response:
    """Answer for as long as the process does."""
    return JSONResponse({"status": "ok"})
