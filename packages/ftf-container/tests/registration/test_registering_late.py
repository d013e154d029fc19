"""Registering while the container is in use already."""

from typing import Annotated, Protocol

import pytest

from ftf.container import Container, UnregisteredDependencyError


class Clock(Protocol): ...


class Sundial: ...


class Watch: ...


class Alarm:
    def __init__(self, clock: Clock | None = None) -> None:
        self.clock = clock


class Kitchen:
    def __init__(self, alarm: Alarm) -> None:
        self.alarm = alarm


async def open_watch() -> Watch:
    return Watch()


@pytest.fixture
def container():
    return Container()


async def test_edge_59_a_dependency_that_now_exists_reaches_the_dependents_of_its_dependents(
    container,
):
    assert container.resolve(Kitchen).alarm.clock is None
    assert (await container.aresolve(Kitchen)).alarm.clock is None
    assert container.call(lambda: 1) == 1
    container.register(Clock, Sundial)
    assert type(container.resolve(Kitchen).alarm.clock) is Sundial
    assert type((await container.aresolve(Kitchen)).alarm.clock) is Sundial


def test_edge_59_a_function_that_was_called_sees_what_was_registered_since(container):
    def use(clock: Clock | None = None) -> Clock | None:
        return clock

    assert container.call(use) is None
    container.instance(Clock, "ready")
    assert container.call(use) == "ready"
    container.instance(Clock, None)
    assert container.call(use) is None


def test_edge_59_what_could_not_be_built_can_be_built_once_it_is_registered(container):
    def use(clock: Clock) -> Clock:
        return clock

    with pytest.raises(UnregisteredDependencyError, match="Nothing is registered for Clock"):
        container.call(use)
    container.register(Clock, Watch)
    assert type(container.call(use)) is Watch


async def test_edge_59_what_was_sync_may_become_async(container):
    container.register(Clock, Watch)
    container.resolve(Kitchen)
    container.register(Clock, open_watch)
    assert type((await container.aresolve(Kitchen)).alarm.clock) is Watch


async def test_edge_59_a_scope_that_is_open_sees_what_was_registered_since(container):
    container.register(Alarm, scope="scoped")
    async with container.scoped_context() as scope:
        alarm = scope.resolve(Alarm)
        container.register(Clock, Watch, scope="scoped")
        assert scope.resolve(Alarm) is alarm
        assert type(scope.resolve(Clock)) is Watch
    async with container.scoped_context() as scope:
        assert scope.resolve(Alarm).clock is scope.resolve(Clock)


def test_edge_60_the_last_registration_counts(container):
    container.register(Clock, Sundial)
    container.register(Clock, Watch)
    assert type(container.resolve(Clock)) is Watch
    container.instance(Clock, "ready")
    assert container.resolve(Clock) == "ready"
    container.register(Clock, Sundial)
    assert type(container.resolve(Clock)) is Sundial


def test_edge_60_registering_the_same_with_another_lifetime_counts(container):
    container.register(Clock, Watch, scope="singleton")
    assert container.resolve(Clock) is container.resolve(Clock)
    container.register(Clock, Watch)
    assert container.resolve(Clock) is not container.resolve(Clock)


def test_edge_60_registering_the_same_again_keeps_what_was_decided_about_it(container):
    container.register(Clock, Watch, scope="singleton")
    container.extend(Clock, lambda clock, _: ("extended", clock))
    container.tag("clocks", Clock)
    before = container.resolve(Clock)
    container.register(Clock, Watch, scope="singleton")
    assert container.resolve(Clock) is before
    assert container.tagged("clocks") == [before]


async def test_edge_60_a_singleton_that_is_replaced_is_still_closed_with_the_container(container):
    closed = []

    class Closing:
        def close(self) -> None:
            closed.append(self)

    def open_closing() -> Closing:
        return Closing()

    container.register(Clock, Closing, scope="singleton")
    first = container.resolve(Clock)
    container.register(Clock, open_closing, scope="singleton")
    second = container.resolve(Clock)
    assert closed == []
    await container.dispose_all()
    assert closed == [second, first]


def test_edge_60_a_ready_object_is_replaced_by_another_one_that_is_equal(container):
    container.instance(list[int], first := [1])
    container.instance(list[int], second := [1])
    assert container.resolve(list[int]) is second is not first


def test_edge_60_one_implementation_may_serve_many_keys_each_with_its_own_instance(container):
    container.register(Clock, Watch, scope="singleton")
    container.register(Annotated[Clock, "spare"], Watch, scope="singleton")
    assert container.resolve(Clock) is not container.resolve(Annotated[Clock, "spare"])


class Shelf[T]: ...


class Drawer[T](Shelf[T]): ...


def test_edge_59_a_singleton_whose_generic_class_is_replaced_meanwhile_is_not_kept(
    container,
):
    class Slow[T](Shelf[T]):
        def __init__(self) -> None:
            container.register(Shelf, Drawer, scope="singleton")

    container.register(Shelf, Slow, scope="singleton")
    assert isinstance(container.resolve(Shelf[int]), Slow)
    assert isinstance(container.resolve(Shelf[int]), Drawer)


def test_edge_59_a_singleton_above_an_override_that_is_registered_anew_meanwhile_is_not_kept(
    container,
):
    class Slow(Alarm):
        def __init__(self, clock: Clock) -> None:
            super().__init__(clock)
            container.register(Alarm, Alarm, scope="singleton")

    container.register(Clock, Sundial, scope="singleton")
    container.register(Alarm, Slow, scope="singleton")
    with container.override(Clock, Watch):
        assert type(container.resolve(Alarm)) is Slow
        assert type(container.resolve(Alarm)) is Alarm
