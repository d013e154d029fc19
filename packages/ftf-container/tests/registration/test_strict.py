"""A strict container, which builds only what is registered."""

from collections.abc import Callable

import pytest
from services import Settings

from ftf.container import Container, GraphError, UnregisteredDependencyError


class Repository[T]: ...


class Service:
    def __init__(self, settings: Settings) -> None:
        self.settings = settings


def open_settings() -> Settings:
    return Settings()


@pytest.fixture
def container():
    return Container(strict=True)


async def test_a_strict_container_does_not_build_what_is_not_registered(container):
    with pytest.raises(UnregisteredDependencyError, match="Settings, and the container is strict"):
        container.resolve(Settings)
    with pytest.raises(UnregisteredDependencyError, match="Settings, and the container is strict"):
        await container.aresolve(Settings)
    container.register(Settings)
    assert type(container.resolve(Settings)) is Settings


def test_a_strict_container_names_the_path_to_what_is_missing(container):
    container.register(Service)
    with pytest.raises(GraphError, match="the container is strict") as caught:
        container.validate()
    assert [step.key for step in caught.value.path] == [Service, Settings]
    container.instance(Settings, Settings())
    container.validate()
    assert container.resolve(Service).settings is container.resolve(Settings)


def test_a_strict_container_closes_a_generic_that_was_registered_open(container):
    container.register(Repository)
    assert type(container.resolve(Repository[int])) is Repository


def test_a_strict_container_calls_functions_and_delivers_itself_and_its_collections(container):
    container.register(Settings, scope="singleton")
    settings = container.resolve(Settings)

    def use(owner: Container, all_of_them: list[Settings], lazy: Callable[[], Settings]) -> bool:
        return owner is container and all_of_them == [lazy()] == [settings]

    assert container.call(use)


def test_a_strict_container_uses_the_default_of_what_is_missing(container):
    class Optional:
        def __init__(self, settings: Settings | None = None) -> None:
            self.settings = settings

    container.register(Optional)
    assert container.resolve(Optional).settings is None


def test_a_strict_container_gives_only_what_is_registered(container):
    container.register(Service)
    container.when(Service).needs(Settings).give(Settings)
    with pytest.raises(UnregisteredDependencyError, match="the container is strict"):
        container.resolve(Service)
    container.when(Service).needs(Settings).give(open_settings)
    assert type(container.resolve(Service).settings) is Settings
