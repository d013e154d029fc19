"""What work costs does not depend on what else is registered."""

import sys

import pytest

from ftf.container import Container


class Session:
    async def close(self) -> None: ...


def open_session() -> Session:
    return Session()


def calls_of(work) -> int:
    """Count the Python calls and resumptions of some work."""
    count = 0

    def profile(frame, event, _):
        nonlocal count
        count += event == "call"

    sys.setprofile(profile)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def services(number: int) -> list[type]:
    return [type(f"Service{each}", (), {"close": lambda self: None}) for each in range(number)]


def drive(coroutine) -> None:
    with pytest.raises(StopIteration):
        coroutine.send(None)


@pytest.mark.parametrize("lifetime", ["singleton", "scoped", "value"])
@pytest.mark.parametrize("factory", [Session, open_session])
def test_a_scope_costs_the_same_however_much_is_registered(factory, lifetime):
    def cost(number: int) -> int:
        container = Container()
        container.register(Session, factory, scope="scoped")
        with container.scoped_context() as before:
            for service in services(number):
                if lifetime == "value":
                    container.instance(service, service())
                else:
                    container.register(service, scope=lifetime)
                before.resolve(service)

        async def work():
            async with container.scoped_context() as scope:
                scope.resolve(Session)

        drive(work())
        return calls_of(lambda: drive(work()))

    assert cost(1) == cost(200)


def test_a_new_singleton_leaves_the_functions_of_other_services_as_they_are():
    container = Container()
    first, second = services(2)
    container.register(first, scope="singleton")
    container.register(second, scope="singleton")

    def handler(service: first) -> None: ...  # type: ignore[valid-type]

    class Users:
        def __init__(self, service: first) -> None: ...  # type: ignore[valid-type]

    def work() -> None:
        container.call(handler)
        container.resolve(Users)
        drive(container.aresolve(Users))

    for _ in range(3):
        work()
    warm = calls_of(work)
    container.resolve(second)
    assert calls_of(work) == warm


def test_what_was_used_before_its_singleton_existed_is_as_quick_as_what_was_not():
    def cost(*, early: bool) -> int:
        container = Container()
        (service,) = services(1)
        container.register(service, scope="singleton")

        class Users:
            def __init__(self, service: service) -> None: ...  # type: ignore[valid-type]

        if not early:
            container.resolve(service)
        for _ in range(3):
            container.resolve(Users)
        return calls_of(lambda: container.resolve(Users))

    assert cost(early=True) == cost(early=False)
