"""Overrides that give the containers under test the test's engine and sessions."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from ._workers import idle_worker

if TYPE_CHECKING:
    from ftf.container import Container

    from ..loops._event_loop import EventLoop


class ContainerOverrides:
    """Overrides services in all known containers, whether known before or after the override."""

    def __init__(self) -> None:
        self._containers: list[Container] = []
        self._overrides: list[Callable[[Container], None]] = []

    @contextmanager
    def applied_to(self, container: "Container") -> Iterator[None]:
        """Apply the overrides of now and later to a container, until the block ends."""
        self._containers.append(container)
        for apply in self._overrides:
            apply(container)
        try:
            yield
        finally:
            self._containers.remove(container)

    @contextmanager
    def overriding(self, loop: "EventLoop", values: Mapping[object, object]) -> Iterator[None]:
        """Override services of every container that has the same keys registered.

        The jobs that a container has in its database are not run by the application itself then.
        """
        with ExitStack() as overrides:

            def apply(container: "Container") -> None:
                for key, value in {**values, **idle_worker(container)}.items():
                    if container.is_registered(key):
                        override = container.override_instance(key, value)  # type: ignore[arg-type]
                        overrides.callback(
                            lambda end: loop.wait_for(end(None, None, None)), override.__aexit__
                        )

            for container in self._containers:
                apply(container)
            self._overrides.append(apply)
            try:
                yield
            finally:
                self._overrides.remove(apply)
