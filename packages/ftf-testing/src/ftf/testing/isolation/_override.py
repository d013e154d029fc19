"""Putting something else in the place of a dependency for the length of a test."""

from collections.abc import Callable, MutableMapping
from contextlib import AbstractContextManager, AsyncExitStack
from functools import partial
from inspect import isroutine
from types import TracebackType
from typing import Any, NewType, Self, cast, get_origin

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
            dependency: What the container knows a service by; or a function or object that stands
                in `Depends`, which `app.dependency_overrides` then replaces. So is a class of an
                application that has no container.
            replacement: A class or function makes the replacement; anything else is it.

        Raises:
            InvalidRegistrationError: This can never work; nothing was overridden.
            UnregisteredDependencyError: There is nothing to override.
        """
        if _is_function(dependency) or (isinstance(dependency, type) and not self._has_container()):
            made: Any = replacement if _makes(replacement) else lambda: replacement
            key = cast("Callable[..., object]", dependency)
            override: Any = _DependencyOverride(self._dependencies(), key, made)
        elif _makes(replacement):
            override = self._find("container").override(dependency, replacement)
        else:
            override = self._find("container").override_instance(dependency, replacement)
        self._stack.push_async_exit(override)
        return override  # type: ignore[no-any-return]

    def _has_container(self) -> bool:
        try:
            self._find("container")
        except pytest.fail.Exception:  # so says the fixture
            return False
        return True

    def _dependencies(self) -> Dependencies:
        app = self._find("app")
        self._find("_ftf_leftovers").watch_dependencies(app)
        overrides: Dependencies | None = getattr(app, "dependency_overrides", None)
        if overrides is None:
            pytest.fail(
                f"What stands in Depends cannot be overridden: {app!r} has no "
                "`dependency_overrides`, and services need a fixture `container`.",
                pytrace=False,
            )
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


def _is_function(dependency: object) -> bool:
    is_type = isinstance(dependency, type | NewType) or get_origin(dependency) is not None
    return callable(dependency) and not is_type


def _makes(replacement: object) -> bool:
    return (
        isroutine(replacement)
        or isinstance(replacement, partial)
        or isinstance(get_origin(replacement) or replacement, type)
    )
