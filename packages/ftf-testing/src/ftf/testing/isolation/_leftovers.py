"""The container scopes and overrides that a test leaves open."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from .._application_lines import application_line
from ._listener_failures import ListenerFailures

if TYPE_CHECKING:
    from ftf.container import Container, Scope
    from ftf.container import Override as ContainerOverride

    from ._override import Dependencies

_REMEDY = "End it by `with` or `async with`, or override by the fixture `override`."


class Leftovers:
    """The container scopes and overrides that a test began and has to end.

    Attributes:
        current: Those of the running test; of the inner one where a test runs pytest.
        messages: The problems that other parts of the plugin found.
        listener_failures: What listeners of events raised after the commit.
    """

    current: ClassVar["Leftovers | None"] = None

    def __init__(self) -> None:
        self.messages: list[str] = []
        self.listener_failures = ListenerFailures()
        self._dependencies: list[tuple[Dependencies, Dependencies]] = []
        self._scopes: list[tuple[Scope, str]] = []
        self._overrides: list[tuple[Container, ContainerOverride, str]] = []

    @contextmanager
    def watching(self, kind: "type[Container]") -> Iterator[None]:
        """Note the scopes and overrides that the test makes of any container of a class."""
        scoped_context = kind.scoped_context
        override_context, override_instance = kind.override_context, kind.override_instance

        def open_scope(on: "Container", values: Mapping[object, object] | None = None) -> "Scope":
            scope = scoped_context(on, values)
            if Leftovers.current is self:
                self._scopes.append((scope, application_line()))
            return scope

        def override(on: "Container", key: Any, implementation: Any) -> "ContainerOverride":  # noqa: ANN401
            return self._noted(on, override_context(on, key, implementation))

        def override_by(on: "Container", key: Any, value: object) -> "ContainerOverride":  # noqa: ANN401
            return self._noted(on, override_instance(on, key, value))

        # Patched, because only these methods see each container that a test uses.
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Leftovers, "current", self)
            patch.setattr(kind, "scoped_context", open_scope)
            patch.setattr(kind, "override_context", override)
            patch.setattr(kind, "override_instance", override_by)
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
        left = [
            f"a scope, opened at {where}" for scope, where in self._scopes if not scope.is_closed
        ]
        left += [
            f"the override of {_name(override.key)}, begun at {where}"
            for container, override, where in reversed(self._overrides)
            if _was_active(container, override)
        ]
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

    def _noted(self, container: "Container", override: "ContainerOverride") -> "ContainerOverride":
        if Leftovers.current is self:
            self._overrides.append((container, override, application_line()))
        return override


def _was_active(container: "Container", override: "ContainerOverride") -> bool:
    """End an override. Return whether it was active."""
    from ftf.container import AsyncDependencyError

    before = len(container.overrides)
    with suppress(AsyncDependencyError):  # its services stay open; the test fails anyway
        override.end()
    return len(container.overrides) < before


def _name(thing: object) -> str:
    """Return the name of a class or function, and the line of a function."""
    name = str(getattr(thing, "__qualname__", thing))
    code = getattr(thing, "__code__", None)
    return f"{name} ({code.co_filename}:{code.co_firstlineno})" if code else name
