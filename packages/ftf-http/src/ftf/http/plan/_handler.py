"""The calls of a handler: its dependencies, its services, and the handler itself."""

from collections.abc import Callable, Collection
from contextvars import copy_context
from functools import partial
from typing import Any, Final, cast

from fastapi import BackgroundTasks
from fastapi.dependencies.models import Dependant
from fastapi.security import SecurityScopes
from starlette import concurrency
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.types import Scope

from ftf.container import Container, DependencyResolutionError

from ..injection._endpoint import injected_by
from ._answer import unchanged_response
from ._call import is_awaited, yields
from ._dependencies import BACKGROUND, REQUEST, RESPONSE, Dependencies
from ._facts import NotPlannedError
from .reading._fields import Values

type Validate = Callable[..., object]

NOT_VALIDATED: Final = object()


class Handler:
    """Calls the handler of a route with its dependencies and services.

    Args:
        dependant: FastAPI's description of the handler.
        container: The container of the application, if it has one.

    Raises:
        NotPlannedError: The handler or a dependency has `yield`.

    Attributes:
        graph: The calls of the dependencies.
        is_awaited: Whether the handler is async; if not, it runs in a thread.
        has_services: Whether services of the container are delivered.
        takes_request: Whether a request object is an argument of a function or a service.
    """

    __slots__ = (
        "_arguments",
        "_call",
        "_injected",
        "_made",
        "graph",
        "has_services",
        "is_awaited",
        "takes_request",
    )

    def __init__(self, dependant: Dependant, container: object) -> None:
        self.graph = graph = Dependencies(dependant)
        # Without dependencies, the arguments are the values of the parameters themselves.
        self._arguments = graph.arguments if graph.steps or graph.uses else None
        self._made = _making(graph)
        self._injected = injected_by(dependant.call)
        self._call = cast("Callable[..., Any]", dependant.call)
        services = [*graph.injected]
        if self._injected is not None:
            self._call = self._injected.owner
            services += self._injected.keys.values()
        if yields(self._call):
            raise NotPlannedError("its handler has `yield`")
        self.is_awaited = is_awaited(self._call)
        self.has_services = bool(services)
        self.takes_request = REQUEST in graph.uses or _take_request(services, container)

    async def result(
        self,
        values: Values,
        scope: Scope,
        request: Request | None = None,
        validate: Validate | None = None,
    ) -> tuple[object, object]:
        """Call the handler.

        Args:
            values: The values of the parameters; the results of dependencies are added.
            scope: The ASGI scope of the request.
            request: The request, if an argument takes it.
            validate: Validates the result of a handler in its thread, as FastAPI does.

        Returns:
            The result, and the result as it was validated, or `NOT_VALIDATED`.
        """
        arguments = values
        if self._arguments is not None:
            values[REQUEST] = request
            values |= {key: make() for key, make in self._made}
            for step in self.graph.steps:
                await step.run(values, scope)
            arguments = {name: values[key] for name, key in self._arguments}
        if self._injected is not None:
            arguments |= await self._injected.deliver_from(scope)
        if self.is_awaited:
            return await self._call(**arguments), NOT_VALIDATED
        return await concurrency.run_in_threadpool(self._called, arguments, validate)

    def _called(self, arguments: Values, validate: Validate | None) -> tuple[object, object]:
        """Call a handler in its thread. Return its result, and the result as it was validated."""
        # FastAPI takes another thread, where the handler's context variables are not set.
        context = copy_context()
        result = self._call(**arguments)
        if validate is None or isinstance(result, Response):
            return result, NOT_VALIDATED
        try:
            return result, context.run(validate, result, from_attributes=True)
        except Exception:  # noqa: BLE001  # raised where FastAPI validates the result
            return result, NOT_VALIDATED


def _making(graph: Dependencies) -> list[tuple[str, Callable[[], object]]]:
    """Return what is made for each request, by the keys of the values."""
    made: list[tuple[str, Callable[[], object]]] = [
        (key, partial(_security_scopes, scopes)) for key, scopes in graph.scopes.items()
    ]
    if BACKGROUND in graph.uses:
        made.append((BACKGROUND, BackgroundTasks))
    if RESPONSE in graph.uses:
        made.append((RESPONSE, unchanged_response))
    return made


def _security_scopes(scopes: Collection[str]) -> SecurityScopes:
    return SecurityScopes(scopes=[*scopes])


def _take_request(services: Collection[object], container: object) -> bool:
    """Return whether a service asks for the request, in which FastAPI's exit stacks have to be."""
    if not services:
        return False
    if not isinstance(container, Container):
        return True
    try:
        return any({Request, HTTPConnection} & container.explain(key).keys for key in services)
    except DependencyResolutionError:  # raised where the service is delivered
        return True
