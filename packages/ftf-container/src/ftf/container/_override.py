"""One service standing in for another, for a while."""

from collections.abc import Collection
from types import TracebackType
from typing import Self

from .compiler._functions import Resolvers
from .exceptions import AsyncDependencyError
from .registration._registry import Layer
from .scopes._teardown import aclose, close


class Override:
    """An override, to be ended by `with` or `async with`, or by `Container.reset_override`.

    Everything that needs the overridden service is made anew while the override is in force;
    at the end what was made meanwhile is closed, and what there was before is delivered again.
    """

    def __init__(self, resolvers: Resolvers, layer: Layer) -> None:
        self._resolvers = resolvers
        self._layer = layer

    @property
    def key(self) -> object:
        """The key of the service that is overridden."""
        return self._layer.binding.key

    @property
    def location(self) -> str:
        """Where the override was made, as `file:line`; the framework's own lines do not count."""
        return self._layer.location

    def begin(self) -> Self:
        """Put the override in force, if that did not happen yet."""
        self._resolvers.lay(self._layer)
        return self

    def end(self) -> None:
        """End the override, if it is in force, and close what was made under it.

        Raises:
            AsyncDependencyError: Something has to be awaited: leave the override by `async with`,
                or call `Container.dispose_all`.
            ExceptionGroup: What closing raised.
        """
        end(self._resolvers, [self._layer])

    def __enter__(self) -> Self:
        return self.begin()

    def __exit__(
        self, kind: type[BaseException] | None, body: BaseException | None, _: TracebackType | None
    ) -> None:
        end(self._resolvers, [self._layer], body)

    async def __aenter__(self) -> Self:
        return self.begin()

    async def __aexit__(
        self, kind: type[BaseException] | None, body: BaseException | None, _: TracebackType | None
    ) -> None:
        await aclose(self._resolvers.lift([self._layer], awaiting=True), body)


def end(resolvers: Resolvers, layers: Collection[Layer], body: BaseException | None = None) -> None:
    """End overrides, and close what was made under them.

    Raises:
        AsyncDependencyError: Something has to be awaited: nothing was closed, and
            `Container.dispose_all` will close it.
        ExceptionGroup: What closing raised, if `body` is `None`.
    """
    try:
        exits = resolvers.lift(layers, awaiting=False)
    except AsyncDependencyError as refusal:
        if body is None:
            raise
        body.add_note(f"What was made under the override stays open. {refusal}")
    else:
        close(exits, body)
