"""The container scopes and overrides that a test leaves open."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import TYPE_CHECKING, Any, ClassVar, Self

import pytest

from .._application_lines import application_line

if TYPE_CHECKING:
    from ftf.container import Container, Scope

    from ._override import Dependencies

_REMEDY = "End it by `with` or `async with`, or override by the fixture `override`."


class Leftovers:
    """The container scopes and overrides that a test began and has to end.

    Attributes:
        current: Those of the running test; of the inner one where a test runs pytest.
        messages: The problems that other parts of the plugin found.
    """

    current: ClassVar["Leftovers | None"] = None

    def __init__(self) -> None:
        self.messages: list[str] = []
        self._dependencies: list[tuple[Dependencies, Dependencies]] = []
        self._scopes: list[tuple[Scope, str]] = []
        self._overrides: list[NotedOverride] = []

    @contextmanager
    def watching(self, kind: "type[Container]") -> Iterator[None]:
        """Note the scopes and overrides that begin and end on any container of a class."""
        scoped_context, override_context = kind.scoped_context, kind.override_context
        override_instance = kind.override_instance
        reset_override, reset_overrides = kind.reset_override, kind.reset_overrides

        def open_scope(on: "Container", values: Mapping[object, object] | None = None) -> "Scope":
            scope = scoped_context(on, values)
            if Leftovers.current is self:
                self._scopes.append((scope, application_line()))
            return scope

        def override(on: "Container", key: Any, implementation: Any) -> Any:  # noqa: ANN401
            return self._noted(on, key, override_context(on, key, implementation))

        def override_by(on: "Container", key: Any, value: object) -> Any:  # noqa: ANN401
            return self._noted(on, key, override_instance(on, key, value)).begin()

        def reset(on: "Container", key: object) -> None:
            self._forget(on, key)
            reset_override(on, key)

        def reset_all(on: "Container") -> None:
            self._forget(on)
            reset_overrides(on)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Leftovers, "current", self)
            patch.setattr(kind, "scoped_context", open_scope)
            patch.setattr(kind, "override_context", override)
            patch.setattr(kind, "override_instance", override_by)
            patch.setattr(kind, "reset_override", reset)
            patch.setattr(kind, "reset_overrides", reset_all)
            yield

    def watch_dependencies(self, app: object) -> None:
        """Note the `dependency_overrides` of an application, if it has any."""
        overrides: Dependencies = getattr(app, "dependency_overrides", {})
        if not any(each is overrides for each, _ in self._dependencies):
            self._dependencies.append((overrides, dict(overrides)))

    def add(self, *messages: str) -> None:
        """Add problems that another part of the plugin found."""
        self.messages += messages

    def clear(self) -> list[str]:
        """Return what has not ended, and end the overrides, which would affect other tests."""
        left = [f"a scope, opened at {where}" for scope, where in self._scopes if _is_open(scope)]
        left += [override.end() for override in reversed(self._overrides[:])]
        for overrides, before in self._dependencies:
            # An entry that is gone was removed by the fixture that had added it.
            changed = [each for each in overrides if overrides[each] is not before.get(each)]
            for each in changed:
                left.append(f"app.dependency_overrides[{_name(each)}] = {_name(overrides[each])}")
                if each in before:
                    overrides[each] = before[each]
                else:
                    del overrides[each]
        return [*left, _REMEDY] if left else []

    def _noted(self, container: "Container", key: object, override: Any) -> Any:  # noqa: ANN401
        if Leftovers.current is not self:
            return override
        return NotedOverride(self._overrides, container, key, override)

    def _forget(self, container: "Container", *keys: object) -> None:
        self._overrides[:] = [
            each
            for each in self._overrides
            if each.container is not container or (keys and each.key not in keys)
        ]


class NotedOverride:
    """An override that is on a list while it is active."""

    def __init__(
        self,
        active: "list[NotedOverride]",
        container: "Container",
        key: object,
        override: Any,  # noqa: ANN401
    ) -> None:
        self.container = container
        self.key = key
        self._active = active
        self._override = override
        self._where = application_line()

    def begin(self) -> Self:
        """Activate the override."""
        self._override.begin()
        self._leave()
        self._active.append(self)
        return self

    def end(self) -> str:
        """Deactivate the override, and return a description."""
        from ftf.container import AsyncDependencyError

        with suppress(AsyncDependencyError):  # its services stay open; the test fails anyway
            self.__exit__(None, None, None)
        return f"the override of {_name(self.key)}, begun at {self._where}"

    def __enter__(self) -> Self:
        return self.begin()

    def __exit__(
        self, kind: type[BaseException] | None, body: BaseException | None, at: TracebackType | None
    ) -> None:
        self._leave()
        self._override.__exit__(kind, body, at)

    async def __aenter__(self) -> Self:
        return self.begin()

    async def __aexit__(
        self, kind: type[BaseException] | None, body: BaseException | None, at: TracebackType | None
    ) -> None:
        self._leave()
        await self._override.__aexit__(kind, body, at)

    def _leave(self) -> None:
        self._active[:] = [each for each in self._active if each is not self]


def _is_open(scope: "Scope") -> bool:
    from ftf.container import Scope, ScopeClosedError

    try:
        scope.resolve(Scope)
    except ScopeClosedError:
        return False
    return True


def _name(thing: object) -> str:
    """Return the name of a class or function, and the line of a function."""
    name = str(getattr(thing, "__qualname__", thing))
    code = getattr(thing, "__code__", None)
    return f"{name} ({code.co_filename}:{code.co_firstlineno})" if code else name
