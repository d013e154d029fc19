"""The responses of `/health` and `/ready`, and the readiness checks."""

import logging
from collections.abc import Awaitable, Callable, Iterator
from functools import partial, wraps
from inspect import isawaitable, iscoroutinefunction
from typing import NamedTuple

from anyio import create_task_group, fail_after, to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ftf.container import Container

from .._event_loop import asyncio_task
from ..injection._signature import required_annotations
from ..problems._response import ProblemResponse
from ..shutdown._draining import Draining
from ._check_thread import CheckThread

type Check = Callable[..., Awaitable[object] | object]

_logger = logging.getLogger("ftf.http")


class ReadinessCheck(NamedTuple):
    """A function that `/ready` calls, with its name and the seconds that it may take."""

    name: str
    check: Check
    timeout: float


class Readiness:
    """The readiness checks of an application, and the response of `/ready`.

    Args:
        container: The container that delivers the arguments of the checks.
        draining: Makes `/ready` fail when the application is about to stop.
    """

    def __init__(self, container: Container, draining: Draining) -> None:
        self._container = container
        self._draining = draining
        self._checks: dict[str, ReadinessCheck] = {}
        self._prepared: dict[str, Callable[..., partial[object]]] = {}
        self._threads: dict[str, CheckThread] = {}

    def add(self, check: ReadinessCheck) -> None:
        """Add a check.

        Raises:
            TypeError: The check is not callable.
            ValueError: Another check has its name.
        """
        if not callable(check.check):
            raise TypeError(f"Readiness check {check.name} is not callable: {check.check!r}.")
        if check.name in self._checks:
            raise ValueError(
                f"There is a readiness check {check.name} already: give this one another name."
            )
        self._checks[check.name] = check
        self._prepared[check.name] = _prepared(check.check)
        # One thread each: a check that blocks delays its own next run, and no other check.
        self._threads[check.name] = CheckThread(f"ready-{check.name}")

    def injections(self) -> Iterator[tuple[str, str, object]]:
        """Return the injected parameters of the checks: the place, the parameter, the key."""
        for name, check in self._checks.items():
            required = required_annotations(check.check)
            yield from ((f"Readiness check {name}", *each) for each in required.items())

    async def respond(self, _: Request) -> Response:
        """Answer 200, or 503 with the names of the failed checks."""
        if self._draining.begun:
            return ProblemResponse(503, "The application is about to stop.")
        results = dict.fromkeys(self._checks, "")
        async with create_task_group() as group:
            for check in self._checks.values():
                group.start_soon(self._run, check, results)
        if failed := [name for name, result in results.items() if result != "ok"]:
            return ProblemResponse(503, f"Not ready: {', '.join(failed)}.", checks=results)
        return JSONResponse({"status": "ready", "checks": results})

    async def _run(self, check: ReadinessCheck, results: dict[str, str]) -> None:
        """Run a check in a container scope; a failure is logged, and its reason not shown."""
        results[check.name] = "failed"
        try:
            with fail_after(check.timeout):
                async with self._container.scoped_context() as scope:
                    call = await scope.acall(self._prepared[check.name])
                    ready = await _result(call, self._threads[check.name])
        except TimeoutError:
            _logger.warning("readiness check %s took over %s s", check.name, check.timeout)
            results[check.name] = "timed out"
        except Exception:
            _logger.exception("readiness check %s failed", check.name)
        else:
            results[check.name] = "failed" if ready is False else "ok"


def _prepared(check: Check) -> Callable[..., partial[object]]:
    """Return a function with the parameters of a check, which returns the call of the check.

    The container makes the arguments in the event loop; a check that blocks runs in a thread.
    """

    # updated=(): a callable object's attributes are not copied onto a function.
    @wraps(check, updated=())
    def prepare(*args: object, **kwargs: object) -> partial[object]:
        return partial(check, *args, **kwargs)

    return prepare


async def _result(call: partial[object], thread: CheckThread) -> object:
    """Return the result of a check, which is called in its thread if it is not async."""
    if iscoroutinefunction(call.func):
        result = call()
    elif asyncio_task() is None:
        result = await to_thread.run_sync(call, abandon_on_cancel=True)
    else:
        result = await thread.run(call)
    return await result if isawaitable(result) else result


async def live(_: Request) -> Response:
    """Answer 200."""
    return JSONResponse({"status": "ok"})
