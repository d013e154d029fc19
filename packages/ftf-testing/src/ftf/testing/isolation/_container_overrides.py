"""What the containers under test deliver in the place of their own services."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ftf.container import Container

    from ..loops._event_loop import EventLoop


class ContainerOverrides:
    """Overrides services in the containers there are, whichever of both comes first."""

    def __init__(self) -> None:
        self._containers: list[Container] = []
        self._given: list[Callable[[Container], None]] = []

    @contextmanager
    def known(self, container: "Container") -> Iterator[None]:
        """Override in a container whatever is given now or later, as long as it is known."""
        self._containers.append(container)
        for give in self._given:
            give(container)
        try:
            yield
        finally:
            self._containers.remove(container)

    @contextmanager
    def giving(self, loop: "EventLoop", values: Mapping[object, object]) -> Iterator[None]:
        """Give ready services to every container that has some of its own for the same keys."""
        with ExitStack() as overrides:

            def give(container: "Container") -> None:
                for key, value in values.items():
                    if container.is_registered(key):
                        override = container.override_instance(key, value)  # type: ignore[arg-type]
                        overrides.callback(
                            lambda end: loop.wait_for(end(None, None, None)), override.__aexit__
                        )

            for container in self._containers:
                give(container)
            self._given.append(give)
            try:
                yield
            finally:
                self._given.remove(give)
