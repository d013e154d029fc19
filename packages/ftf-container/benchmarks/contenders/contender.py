"""What every library shows here."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version

from chain import Handler
from request_graph import Roots
from singleton import Clock
from stopwatch import AsyncLoop, Loop


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """One way to wire the services, with what prepares its loop for each scenario.

    A loop holds what the user of a library writes for each operation, and nothing else.
    A scenario that a library has no means for is `None`.
    """

    distribution: str | None = None
    way: str = ""
    request: Callable[[], AsyncLoop[Roots]] | None = None
    chain: Callable[[], Loop[Handler]] | None = None
    singleton: Callable[[], Loop[Clock]] | None = None
    async_chain: Callable[[], AsyncLoop[Handler]] | None = None
    async_singleton: Callable[[], AsyncLoop[Clock]] | None = None

    @property
    def label(self) -> str:
        """Name the library with its version, and the way it is used if there are several."""
        library = self.distribution and f"{self.distribution} {version(self.distribution)}"
        return ", ".join(filter(None, (library, self.way)))
