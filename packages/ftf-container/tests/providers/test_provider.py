import pytest
from services import Journal

from ftf.container import Container, InvalidRegistrationError, ServiceProvider


class First(ServiceProvider):
    priority = -1

    def register(self, container: Container) -> None:
        container.instance(Journal, Journal(["first registered"]))

    async def boot(self, journal: Journal) -> None:
        journal.append("first booted")


class Second(ServiceProvider):
    def register(self, container: Container) -> None:
        container.resolve(Journal).append("second registered")

    def boot(self, journal: Journal) -> None:
        journal.append("second booted")


class Silent(ServiceProvider): ...


async def test_providers_register_at_once_and_boot_later_by_priority():
    container = Container()
    container.add_provider(Second(), Silent(), First())
    journal = container.resolve(Journal)
    assert journal == ["first registered", "second registered"]
    await container.boot()
    assert journal[2:] == ["first booted", "second booted"]


async def test_providers_added_apart_boot_by_priority_all_the_same():
    container = Container()
    container.instance(Journal, Journal())
    container.add_provider(Second())
    container.add_provider(First())
    await container.boot()
    assert container.resolve(Journal) == ["first registered", "first booted", "second booted"]


async def test_a_provider_boots_once_until_the_container_is_disposed_of():
    container = Container()
    container.add_provider(First())
    await container.boot()
    await container.boot()
    journal = container.resolve(Journal)
    assert journal.count("first booted") == 1
    await container.dispose_all()
    await container.boot()
    assert journal.count("first booted") == 2


async def test_a_provider_that_failed_to_boot_is_booted_again():
    answers = iter([ValueError("no network"), None])

    class Flaky(ServiceProvider):
        async def boot(self) -> None:
            if (answer := next(answers)) is not None:
                raise answer

    container = Container()
    container.add_provider(Flaky())
    with pytest.raises(ValueError, match="no network"):
        await container.boot()
    await container.boot()
    assert next(answers, "used up") == "used up"


def test_a_provider_that_is_a_class_is_refused():
    with pytest.raises(InvalidRegistrationError, match=r"Silent is a class[.]\n(.|\n)*an instance"):
        Container().add_provider(Silent)


def test_provided_keys_that_are_no_collection_are_refused():
    class One(ServiceProvider):
        provides = Journal

    with pytest.raises(InvalidRegistrationError, match="`provides` of One is not a collection"):
        Container().add_provider(One())
