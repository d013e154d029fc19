"""One service standing in for another, for a while."""

from collections.abc import Collection
from types import TracebackType
from typing import TYPE_CHECKING, Self

from ._path import Step
from ._registry import Layer
from ._resolvers import Resolvers
from ._teardown import aclose, close, is_awaited
from .exceptions import AsyncDependencyError

type _Body = BaseException | None


class Override:
    """An override, to be ended by `with` or `async with`, or by `Container.reset_override`.

    Everything that needs the overridden service is made anew while the override is in force;
    at the end what was made meanwhile is closed, and what there was before is delivered again.
    """

    def __init__(self, resolvers: Resolvers, layer: Layer) -> None:
        self._resolvers = resolvers
        self._layer = layer
        self._is_begun = False

    def begin(self) -> Self:
        """Put the override in force, if that did not happen yet."""
        if not self._is_begun:
            self._is_begun = True
            self._resolvers.lay(self._layer)
        return self

    def __enter__(self) -> Self:
        return self.begin()

    def __exit__(self, kind: type[BaseException] | None, body: _Body, _: TracebackType | None) -> None:
        end(self._resolvers, [self._layer], body)

    async def __aenter__(self) -> Self:
        return self.begin()

    async def __aexit__(
        self, kind: type[BaseException] | None, body: _Body, _: TracebackType | None
    ) -> None:
        await aclose(self._resolvers.lift([self._layer]), body)


def end(resolvers: Resolvers, layers: Collection[Layer], body: _Body = None) -> None:
    """End overrides, and close what was made under them.

    Raises:
        AsyncDependencyError: Something has to be awaited; `Container.dispose_all` will close it.
        ExceptionGroup: What closing raised, if `body` is `None`.
    """
    exits = resolvers.lift(layers)
    awaited = [each for each in exits if is_awaited(each[1])]
    resolvers.root._exits += awaited
    close([each for each in exits if each not in awaited], body)
    if awaited and body is None:
        raise AsyncDependencyError((Step(awaited[-1][0]),))
