"""The fixture `override`: replaces a dependency for one test."""

from collections.abc import Callable, MutableMapping
from contextlib import AbstractContextManager, AsyncExitStack
from functools import partial
from inspect import isroutine
from types import TracebackType
from typing import Any, NewType, Self, cast, get_origin

import pytest

type Dependencies = MutableMapping[Callable[..., Any], Callable[..., Any]]


class Override:
    """Replaces dependencies until the test ends.

    Args:
        find: Returns the container or the application, by the name of its fixture.
        stack: The stack that ends the overrides, last first.
    """

    def __init__(self, find: Callable[[str], Any], stack: AsyncExitStack) -> None:
        self._find = find
        self._stack = stack

    def __call__(self, dependency: object, replacement: object) -> AbstractContextManager[object]:
        """Override a service of the container, or a function that routes depend on.

        Services that were built with the dependency are built again. The override ends with the
        test, or with a `with` block around the call.

        Args:
            dependency: The key of a service in the container; or a function or object in `Depends`,
                which `app.dependency_overrides` then replaces. A class is replaced there, too, if
                the application has no container.
            replacement: A class or function that makes the replacement, or the replacement itself.

        Raises:
            InvalidRegistrationError: The replacement cannot be built; nothing was overridden.
            UnregisteredDependencyError: The container has no such service.
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
        except pytest.fail.Exception:  # by the fixture
            return False
        return True

    def _dependencies(self) -> Dependencies:
        app = self._find("app")
        self._find("_ftf_leftovers").watch_dependencies(app)
        overrides: Dependencies | None = getattr(app, "dependency_overrides", None)
        if overrides is None:
            pytest.fail(
                f"A dependency in Depends cannot be overridden: {app!r} has no "
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
    # A generic alias such as Repository[User] is callable, but is the key of a service.
    is_type = isinstance(dependency, type | NewType) or get_origin(dependency) is not None
    return callable(dependency) and not is_type


def _makes(replacement: object) -> bool:
    return (
        isroutine(replacement)
        or isinstance(replacement, partial)
        or isinstance(get_origin(replacement) or replacement, type)
    )
