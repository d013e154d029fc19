"""Overrides: one implementation or object in the place of another, for a while."""

from collections.abc import Collection
from types import TracebackType
from typing import Self

from ._registrar import Registrar
from .exceptions import AsyncDependencyError
from .registration._registry import ActiveOverride
from .scopes._teardown import aclose, close


class Override:
    """An override, which `with`, `async with`, `end` or `Container.reset_override` ends.

    While it is active, everything that needs the overridden service is made anew. At its end those
    instances are closed, and the instances from before are delivered again.
    """

    def __init__(self, registrar: Registrar, active: ActiveOverride) -> None:
        self._registrar = registrar
        self._active = active

    @property
    def key(self) -> object:
        """The key of the service that is overridden."""
        return self._active.binding.key

    @property
    def location(self) -> str:
        """Where the override was made, as `file:line`; the framework's own lines do not count."""
        return self._active.location

    @property
    def is_active(self) -> bool:
        """Whether the override has begun and has not ended."""
        return self._registrar.is_active(self._active)

    def begin(self) -> Self:
        """Activate the override, if it is not active already."""
        self._registrar.activate(self._active)
        return self

    def end(self) -> None:
        """End the override, if it is active, and close what was made under it.

        Raises:
            AsyncDependencyError: Something has to be awaited: leave the override by `async with`,
                or call `Container.dispose_all`.
            ExceptionGroup: What closing raised.
        """
        end(self._registrar, [self._active])

    def __enter__(self) -> Self:
        return self.begin()

    def __exit__(
        self, kind: type[BaseException] | None, body: BaseException | None, _: TracebackType | None
    ) -> None:
        end(self._registrar, [self._active], body)

    async def __aenter__(self) -> Self:
        return self.begin()

    async def __aexit__(
        self, kind: type[BaseException] | None, body: BaseException | None, _: TracebackType | None
    ) -> None:
        await aclose(self._registrar.deactivate([self._active], awaiting=True), body)


def end(
    registrar: Registrar, overrides: Collection[ActiveOverride], body: BaseException | None = None
) -> None:
    """End overrides, and close what was made under them.

    Raises:
        AsyncDependencyError: Something has to be awaited: nothing was closed, and
            `Container.dispose_all` will close it.
        ExceptionGroup: What closing raised, if `body` is `None`.
    """
    try:
        exits = registrar.deactivate(overrides, awaiting=False)
    except AsyncDependencyError as refusal:
        if body is None:
            raise
        body.add_note(f"What was made under the override stays open. {refusal}")
    else:
        close(exits, body)
