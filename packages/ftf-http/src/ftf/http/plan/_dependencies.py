"""The dependencies of a handler without `yield`, in the order in which FastAPI calls them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol, cast

from fastapi.dependencies.models import Dependant
from fastapi.security.base import SecurityBase
from starlette import concurrency
from starlette.types import Scope

from ..injection._arguments import InjectedArguments
from ..injection._early_checks import EarlyCheck
from ..injection._endpoint import CONNECTION, injected_by
from ..injection._from_scope import FromScope
from ..injection._inject import Resolution
from ._call import Call, is_awaited, unwrapped, yields
from ._facts import NotPlannedError
from .reading._fields import Values
from .reading._parameters import Parameter, parameters_of

type Arguments = tuple[tuple[str, str], ...]

# Keys of values that are no parameters have a dot, which no name of a parameter has.
REQUEST: Final = ".request"
RESPONSE: Final = ".response"
BACKGROUND: Final = ".background"


class Step(Protocol):
    """A call of a dependency."""

    async def run(self, values: Values, scope: Scope) -> None:
        """Call the dependency, and keep its result among the values of a request."""


@dataclass(frozen=True, slots=True)
class Called(Step):
    """The call of a function.

    Args:
        call: The function.
        is_awaited: Whether it is awaited; if not, it runs in a thread.
        arguments: The name of each argument, and the key of its value.
        key: The key of its result.
    """

    call: Callable[..., Any]
    is_awaited: bool
    arguments: Arguments
    key: str

    async def run(self, values: Values, scope: Scope) -> None:  # noqa: ARG002  # of the protocol
        """Call the function."""
        passed = {name: values[key] for name, key in self.arguments}
        if self.is_awaited:
            values[self.key] = await self.call(**passed)
        else:
            values[self.key] = await concurrency.run_in_threadpool(self.call, **passed)


class Delivered(Step):
    """The delivery of services that are dependencies, by one call of the container.

    Args:
        prefix: The start of the keys of their values.
    """

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._arguments = InjectedArguments(Resolution, {})

    def add(self, resolution: Resolution) -> str:
        """Add a service. Return the key of its value."""
        name = f"service{len(self._arguments.keys)}"
        keys = {**self._arguments.keys, name: resolution.key}
        self._arguments = InjectedArguments(Resolution, keys)
        return self._prefix + name

    async def run(self, values: Values, scope: Scope) -> None:
        """Deliver the services."""
        services = await self._arguments.deliver_from(scope)
        values |= {self._prefix + name: service for name, service in services.items()}


@dataclass(frozen=True, slots=True)
class Read(Step):
    """The reading of a value from the ASGI scope.

    Args:
        source: What reads it.
        key: The key of the value.
    """

    source: FromScope[object]
    key: str

    async def run(self, values: Values, scope: Scope) -> None:
        """Read the value."""
        values[self.key] = self.source.read(scope)


class Dependencies:
    """The calls of a handler's dependencies, which depend on nothing that a request has.

    Which call takes its result from another is known before: FastAPI's cache has the function, its
    security scopes and its lifetime as the key.

    Args:
        handler: FastAPI's description of the handler.

    Raises:
        NotPlannedError: A dependency has `yield`, a body or a limit of its own.

    Attributes:
        calls: The handler and the dependencies, and the function of each.
        steps: The calls, in order.
        checks: What may refuse a request before it is read.
        injected: The keys of the services among the dependencies.
        parameters: The parameters of the dependencies and the handler.
        arguments: The arguments of the handler.
        scopes: The security scopes of each function that asks for them, by the key of their value.
        uses: The keys of values that are no parameters, such as the request.
    """

    __slots__ = (
        "_cached",
        "_number",
        "arguments",
        "calls",
        "checks",
        "injected",
        "parameters",
        "scopes",
        "steps",
        "uses",
    )

    def __init__(self, handler: Dependant) -> None:
        self._cached: dict[object, str] = {}
        self._number = 0
        self.calls: list[tuple[Dependant, object]] = [(handler, handler.call)]
        self.steps: list[Step] = []
        self.checks: list[EarlyCheck] = []
        self.parameters: list[Parameter] = []
        self.injected: list[object] = []
        self.scopes: dict[str, list[str]] = {}
        self.uses: set[str] = set()
        self.arguments = self._arguments(handler, "")

    def _arguments(self, dependant: Dependant, prefix: str) -> Arguments:
        """Add the calls that a function depends on. Return its arguments."""
        if dependant.websocket_param_name is not None:
            raise NotPlannedError(f"{_name(dependant)} takes a websocket")
        found: dict[str, str] = {}
        for below in dependant.dependencies:
            if isinstance(below.call, EarlyCheck):
                self._check_early(below, below.call)
                continue
            key = self._call(below)
            if below.name is not None:
                found[below.name] = key
        own = parameters_of(dependant, prefix)
        self.parameters += own
        found |= {each.field.name: each.key for each in own}
        if prefix and dependant.body_params:
            raise NotPlannedError(f"{_name(dependant)} reads the body")
        found |= {each.name: each.name for each in dependant.body_params}
        found |= self._special(dependant, prefix)
        return tuple(found.items())

    def _check_early(self, dependant: Dependant, check: EarlyCheck) -> None:
        """Add an early check, which runs before everything else."""
        if dependant.name is not None:
            raise NotPlannedError("an early check is a parameter")
        if not check.is_idle:
            self.checks.append(check)

    def _special(self, dependant: Dependant, prefix: str) -> dict[str, str]:
        """Return the arguments that are not read from the request, in FastAPI's order."""
        asked = (
            (_connection(dependant), REQUEST),
            (dependant.request_param_name, REQUEST),
            (dependant.background_tasks_param_name, BACKGROUND),
            (dependant.response_param_name, RESPONSE),
            (dependant.security_scopes_param_name, f"{prefix}.scopes"),
        )
        found = {name: key for name, key in asked if name is not None}
        self.uses |= {*found.values()}
        if dependant.security_scopes_param_name is not None:
            self.scopes[f"{prefix}.scopes"] = _scopes(dependant)
        return found

    def _call(self, dependant: Dependant) -> str:
        """Add the call of a dependency and those it depends on. Return the key of its result."""
        call = cast("Call", dependant.call)
        self.calls.append((dependant, call))
        if isinstance(call, Resolution):
            return self._deliver(call)
        _check(dependant, call)
        self._number += 1
        key = f"{self._number}."
        if isinstance(call, FromScope):
            self.steps.append(Read(call, key))
            return key
        parameters, steps = len(self.parameters), len(self.steps)
        arguments = self._arguments(dependant, key)
        scopes = sorted({*_scopes(dependant)}) if _uses_scopes(dependant) else []
        cached_as = call, tuple(scopes), dependant.scope or ""
        if dependant.use_cache and cached_as in self._cached:
            if steps == len(self.steps):
                # Its parameters are those of the first call, and have the same values.
                del self.parameters[parameters:]
            return self._cached[cached_as]
        self.steps.append(Called(call, is_awaited(call), arguments, key))
        self._cached.setdefault(cached_as, key)
        return key

    def _deliver(self, resolution: Resolution) -> str:
        """Add the delivery of a service. Return the key of its value."""
        self.injected.append(resolution.key)
        last = self.steps[-1] if self.steps else None
        step = last if isinstance(last, Delivered) else Delivered(f"{len(self.steps)}.")
        if step is not last:
            self.steps.append(step)
        return step.add(resolution)


def _connection(dependant: Dependant) -> str | None:
    """Return the parameter for the connection, unless it is that of a compiled handler."""
    name = dependant.http_connection_param_name
    return None if name == CONNECTION and injected_by(dependant.call) else name


def _check(dependant: Dependant, call: Call) -> None:
    if yields(call):
        raise NotPlannedError(f"{_name(dependant)} has `yield`")
    if getattr(dependant, "concurrency", None) is not None:
        raise NotPlannedError(f"{_name(dependant)} limits how often it runs at a time")


def _name(dependant: Dependant) -> str:
    return f"the dependency {getattr(dependant.call, '__name__', repr(dependant.call))}"


def _scopes(dependant: Dependant) -> list[str]:
    """Return the security scopes of a dependency and those around it, each once."""
    around, own = dependant.parent_oauth_scopes or [], dependant.own_oauth_scopes or []
    return [*around, *(each for each in dict.fromkeys(own) if each not in around)]


def _uses_scopes(dependant: Dependant) -> bool:
    return (
        bool(dependant.own_oauth_scopes)
        or dependant.security_scopes_param_name is not None
        or isinstance(unwrapped(cast("Call", dependant.call)), SecurityBase)
        or any(map(_uses_scopes, dependant.dependencies))
    )
