"""What a part of an application puts into the container."""

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from ._container import Container


class ServiceProvider:
    """Registers a group of services that belong together.

    A subclass overrides `register`, which binds and does nothing else, and may define an async
    `boot`, whose arguments are resolved when the application starts.

    Attributes:
        priority: Providers with a lower one register and boot earlier.
        provides: If any, `register` waits until one of these keys is asked for.
    """

    priority: ClassVar[int] = 0
    provides: ClassVar[Collection[object]] = ()

    def register(self, container: "Container") -> None:
        """Bind this provider's services."""


def boot_of(provider: ServiceProvider) -> Callable[..., object] | None:
    """Find a provider's `boot`, if it defines one."""
    return getattr(provider, "boot", None)
