"""The container scopes and overrides that a test leaves open."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, ClassVar

import pytest

from .._application_lines import application_line
from ._listener_failures import ListenerFailures

if TYPE_CHECKING:
    from ftf.container import Override as ContainerOverride
    from ftf.container import Scope

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
        self._overrides: list[tuple[ContainerOverride, str]] = []

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Note the scopes and overrides that the test makes of any container."""
        from ftf.container import observing

        with pytest.MonkeyPatch.context() as patch, observing(self):
            patch.setattr(Leftovers, "current", self)
            yield

    def scope_made(self, scope: "Scope") -> None:
        """Note a scope of the test, not one of a wider fixture or an inner pytest run."""
        if Leftovers.current is self:
            self._scopes.append((scope, application_line()))

    def override_made(self, override: "ContainerOverride") -> None:
        """Note an override of the test, not one of a wider fixture or an inner pytest run."""
        if Leftovers.current is self:
            self._overrides.append((override, application_line()))

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
            for override, where in reversed(self._overrides)
            if _was_active(override)
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


def _was_active(override: "ContainerOverride") -> bool:
    """End an override. Return whether it was active."""
    from ftf.container import AsyncDependencyError

    was_active = override.is_active
    with suppress(AsyncDependencyError):  # its services stay open; the test fails anyway
        override.end()
    return was_active


def _name(thing: object) -> str:
    """Return the name of a class or function, and the line of a function."""
    name = str(getattr(thing, "__qualname__", thing))
    code = getattr(thing, "__code__", None)
    return f"{name} ({code.co_filename}:{code.co_firstlineno})" if code else name
