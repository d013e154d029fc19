"""What type checkers must make of the public names; never executed."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, NewType, Protocol, Self, assert_type
from unittest.mock import Mock

from ftf.container import (
    Container,
    Correlation,
    DependencyResolutionError,
    Factory,
    GraphError,
    Lifetime,
    Override,
    Scope,
    ServiceProvider,
    clear_scoped_cache,
    clear_scoped_cache_async,
    get_scoped_cache,
    set_scoped_cache,
)
from ftf.container.cli import Application, Argument, Console, Exit, Option, Result, command, invoke
from ftf.container.environment import Environment, current_environment
from ftf.container.events import Events, Listeners, Subscription
from ftf.container.jobs import Exponential, Job, JobRegistry, JobRun, Jobs, Schedule
from ftf.container.settings import (
    AppSettings,
    InvalidSettingsError,
    SettingsFault,
    SettingsProvider,
)


class Clock(Protocol):
    def now(self) -> float: ...


class Shape(ABC):
    @abstractmethod
    def area(self) -> float: ...


class SystemClock:
    def now(self) -> float:
        return 0.0


class Repository[T]: ...


type Alias = SystemClock
Port = NewType("Port", int)


def make_clock() -> SystemClock:
    return SystemClock()


async def open_clock() -> Clock:
    return SystemClock()


def lend_clock() -> Iterator[SystemClock]:
    yield SystemClock()


async def alend_clock() -> AsyncIterator[SystemClock]:
    yield SystemClock()


def greet(clock: Clock, name: str) -> str:
    return name


async def agreet(clock: Clock, name: str) -> str:
    return name


def extend_clock(clock: Clock, container: Container) -> Clock:
    return clock


async def aextend_clock(clock: Clock, container: Container) -> Clock:
    return clock


async def resolving(container: Container) -> None:
    assert_type(container.resolve(SystemClock), SystemClock)
    assert_type(container.resolve(Clock), Clock)
    assert_type(container.resolve(Shape), Shape)
    assert_type(container.resolve(Repository[int]), Repository[int])
    assert_type(container.resolve(Annotated[SystemClock, "slow"]), SystemClock)
    assert_type(container.resolve(Alias), SystemClock)
    assert_type(container.resolve(Port), Port)
    assert_type(container.resolve(Clock | None), Clock | None)
    assert_type(container.resolve(list[Clock]), list[Clock])
    assert_type(container.resolve(tuple[Clock, ...]), tuple[Clock, ...])
    assert_type(await container.aresolve(Clock), Clock)
    assert_type(await container.aresolve(Annotated[list[Clock], "clocks"]), list[Clock])
    assert_type(container.tagged("clocks"), list[object])
    assert_type(await container.atagged("clocks"), list[object])


async def calling(container: Container) -> None:
    assert_type(container.call(greet, name="Ada"), str)
    assert_type(container.call(SystemClock), SystemClock)
    assert_type(await container.acall(greet, name="Ada"), str)
    assert_type(await container.acall(agreet, name="Ada"), str)


async def registering(container: Container) -> None:
    container.register(SystemClock)
    container.register(Clock, SystemClock, scope="singleton")
    container.register(Clock, open_clock, "scoped")
    container.register(Clock, lend_clock)
    container.register(Clock, alend_clock)
    container.register(Repository)
    container.register(Annotated[Clock, "slow"], SystemClock)
    container.register(SystemClock, scope="forever")  # type: ignore[arg-type]
    container.register(Clock, 42)  # type: ignore[arg-type]
    container.instance(Clock, SystemClock())
    container.instance(Port, Port(8000))
    container.extend(Clock, extend_clock)
    container.extend(Clock, aextend_clock)
    container.extend(Clock, lambda clock, c: clock if clock.now() else c.resolve(SystemClock))
    container.extend(Clock, greet)  # type: ignore[arg-type]
    container.when(Repository, greet).needs(Clock).give(SystemClock)
    container.when(Repository).needs(Clock).give(Annotated[Clock, "slow"])
    container.when(Repository).needs(Clock).give(make_clock)
    container.when(Repository).needs(Clock).give(open_clock)
    container.tag("clocks", Clock, Annotated[Clock, "slow"])
    assert_type(container.is_registered(Clock), bool)
    assert_type(Clock in container, bool)


async def scoping(container: Container) -> None:
    async with container.scoped_context() as scope:
        assert_type(scope, Scope)
        assert_type(scope.resolve(Clock), Clock)
        assert_type(await scope.aresolve(Clock), Clock)
        assert_type(scope.call(greet, name="Ada"), str)
        assert_type(await scope.acall(greet, name="Ada"), str)
        assert_type(await scope.acall(agreet, name="Ada"), str)
    with container.scoped_context({Clock: SystemClock(), Port: 8000}) as scope:
        assert_type(scope, Scope)
    scope.close()
    await scope.aclose(ValueError("body"))
    set_scoped_cache({Clock: SystemClock()})
    assert_type(get_scoped_cache(), dict[object, object])
    clear_scoped_cache()
    await clear_scoped_cache_async()


async def overriding(container: Container) -> None:
    container.override(Clock, SystemClock)
    container.override(Clock, open_clock)
    container.override(Clock, alend_clock)
    container.override_instance(Clock, SystemClock())
    container.override_instance(Port, Port(8000))
    container.override_instance(Clock, Mock())
    with container.override(Clock, lend_clock), container.override_instance(Clock, SystemClock()):
        container.reset_override(Clock)
    async with container.override_context(Clock, SystemClock):
        container.reset_overrides()
        assert_type(container.overrides, tuple[Override, ...])
        for override in container.overrides:
            assert_type(override.location, str)
            override.end()
        container.validate(Clock, Clock | None)
    with container.override_context(Clock, SystemClock):
        pass
    container.override(Clock, 42)  # type: ignore[arg-type]


async def looking(container: Container) -> None:
    try:
        container.validate()
    except GraphError as error:
        assert_type(error.faults, tuple[DependencyResolutionError, ...])
    except DependencyResolutionError as error:
        assert_type(error.key, object)
    assert_type(str(container.explain(Clock)), str)
    assert_type(container.graph().to_mermaid(), str)


async def living() -> None:
    async with Container(strict=True) as container:
        assert_type(container, Container)
        container.add_provider(ClockProvider(), LazyProvider())
        await container.boot()
        container.reset_singletons()
        await container.dispose_all()


class ClockProvider(ServiceProvider):
    priority = 10

    def register(self, container: Container) -> None:
        container.register(Clock, SystemClock)

    async def boot(self, clock: Clock) -> None: ...


class LazyProvider(ServiceProvider):
    provides = (Clock, Annotated[Clock, "slow"])

    def boot(self, clock: Clock) -> None: ...


def lifetime(scope: Lifetime) -> Factory[Clock]:
    return SystemClock if scope == "singleton" else open_clock


class Placed: ...


class Urgent(Placed): ...


class Paid: ...


class Reserve:
    async def handle(self, event: Placed) -> None: ...


class Deaf: ...


async def index(event: Placed, container: Container) -> None: ...


class Audit:
    @classmethod
    def listeners(cls, on: Subscription[Self], /) -> None:
        on.listen(Placed, cls.placed)
        on.listen(Paid, cls.placed)  # type: ignore[arg-type]

    def placed(self, event: Placed) -> None: ...


def listen(on: Listeners) -> None:
    on.listen(Placed, Reserve, index)
    on.listen(Urgent, Reserve, index, after_commit=True)
    on.listen(Paid, Reserve)  # type: ignore[arg-type]
    on.listen(Paid, index)  # type: ignore[arg-type]
    on.listen(Placed, Deaf)  # type: ignore[arg-type]
    on.queue(Placed, Reserve, index, attempts=10, queue="mail")
    on.queue(Paid, Reserve)  # type: ignore[arg-type]
    on.queue(Placed, Reserve, retries=10)  # type: ignore[call-arg]
    on.subscribe(Audit)
    on.subscribe(Deaf)  # type: ignore[arg-type]


async def dispatch(events: Events) -> None:
    await events.dispatch(Placed())


@dataclass(frozen=True)
class SendReceipt(Job, queue="mail", attempts=5, backoff=Exponential(cap=60), timeout=30):
    order_id: int

    async def handle(self, clock: Clock, run: JobRun) -> None: ...


async def enqueue(jobs: Jobs, registry: JobRegistry) -> None:
    registry.register(SendReceipt)
    assert_type(await jobs.enqueue(SendReceipt(1), delay=timedelta(minutes=5)), str)
    assert_type(await jobs.enqueue_many([SendReceipt(1), SendReceipt(2)]), list[str])
    assert_type(await jobs.chain(SendReceipt(1), SendReceipt(2), catch=SendReceipt(3)), str)
    await jobs.chain(Placed())  # type: ignore[arg-type]
    await jobs.enqueue(SendReceipt("1"))  # type: ignore[arg-type]
    await jobs.enqueue(Placed())  # type: ignore[arg-type]
    registry.register(Placed)  # type: ignore[arg-type]


def plan(schedule: Schedule) -> None:
    schedule.cron("0 3 * * *", SendReceipt(1), timezone="Europe/Lisbon", overlap=False)
    schedule.every(timedelta(minutes=5), SendReceipt(1), name="often")
    schedule.every(5, SendReceipt(1))  # type: ignore[arg-type]
    schedule.cron("0 3 * * *", SendReceipt)  # type: ignore[arg-type]


async def correlate(scope: Scope) -> None:
    assert_type((await scope.aresolve(Correlation)).request_id, str)


@command(lifespan=True)
async def greet_often(
    name: Annotated[str, Argument(help="Who.")],
    times: Annotated[int, Option(help="How often.", short="n", min=1)] = 1,
    *,
    console: Console,
) -> None:
    with console.progress("greetings", times) as progress:
        progress.advance()
    assert_type(console.confirm("Sure?", flag="--yes"), bool)
    raise Exit(f"no {name}", code=3)


async def run_commands(application: Application) -> None:
    assert_type(await invoke(["greet", "Ada"], application=application), Result)
    assert_type(current_environment(), Environment)
    assert_type(application.container, Container)
    await greet_often("Ada", console=Console())


class ShopSettings(AppSettings):
    name: str = "shop"


def configure(container: Container) -> None:
    provider = SettingsProvider(ShopSettings, {"name": "Ada"})
    container.add_provider(provider)
    assert_type(provider.read(), ShopSettings)
    assert_type(container.resolve(ShopSettings).name, str)
    SettingsProvider(Placed)  # type: ignore[type-var]


def report(error: InvalidSettingsError) -> None:
    assert_type(error.faults, tuple[SettingsFault, ...])
    assert_type(error.faults[0].variable, str)
