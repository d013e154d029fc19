"""Putting something else in the place of a dependency for the length of a test."""

from collections.abc import Callable, MutableMapping
from contextlib import AbstractContextManager, AsyncExitStack
from functools import partial
from inspect import isroutine
from types import TracebackType
from typing import Any, Self, get_origin

import pytest

type Dependencies = MutableMapping[Callable[..., Any], Callable[..., Any]]


class Override:
    """Puts something else in the place of a dependency, until the test ends.

    Args:
        find: Finds the container or the application, by the name of its fixture.
        stack: What ends the overrides, last first.
    """

    def __init__(self, find: Callable[[str], Any], stack: AsyncExitStack) -> None:
        self._find = find
        self._stack = stack

    def __call__(self, dependency: object, replacement: object) -> AbstractContextManager[object]:
        """Override a service of the container, or a function that routes depend on.

        What was made with the dependency is made anew, and what there was before is there again
        at the end of the test, or of a `with` block around the call.

        Args:
            dependency: What the container knows a service by; or a function that stands in
                `Depends`, which `app.dependency_overrides` then replaces.
            replacement: A class or function makes the replacement; anything else is it.

        Raises:
            InvalidRegistrationError: This can never work; nothing was overridden.
            UnregisteredDependencyError: There is nothing to override.
        """
        if isroutine(dependency):
            made: Any = replacement if _makes(replacement) else lambda: replacement
            override: Any = _DependencyOverride(self._dependencies(), dependency, made)
        elif _makes(replacement):
            override = self._find("container").override(dependency, replacement)
        else:
            override = self._find("container").override_instance(dependency, replacement)
        self._stack.push_async_exit(override)
        return override  # type: ignore[no-any-return]

    def _dependencies(self) -> Dependencies:
        app = self._find("app")
        self._find("_ftf_leftovers").watch_dependencies(app)
        overrides: Dependencies | None = getattr(app, "dependency_overrides", None)
        if overrides is None:
            pytest.fail(f"A function cannot be overridden: {app!r} has no `dependency_overrides`.")
        return overrides


class _DependencyOverride:
    """An entry of `app.dependency_overrides`."""

    def __init__(
        self,
        overrides: Dependencies,
        dependency: Callable[..., object],
        replacement: Callable[..., object],
    ) -> None:
        self._overrides = overrides
        self._dependency = dependency
        self._before = overrides.get(dependency)
        overrides[dependency] = replacement

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, body: BaseException | None, _: TracebackType | None
    ) -> None:
        if self._before is None:
            self._overrides.pop(self._dependency, None)
        else:
            self._overrides[self._dependency] = self._before

    async def __aexit__(
        self, kind: type[BaseException] | None, body: BaseException | None, at: TracebackType | None
    ) -> None:
        self.__exit__(kind, body, at)


def _makes(replacement: object) -> bool:
    return (
        isroutine(replacement)
        or isinstance(replacement, partial)
        or isinstance(get_origin(replacement) or replacement, type)
    )
