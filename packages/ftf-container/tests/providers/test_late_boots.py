import asyncio
from threading import Event, Thread

from services import Pool

from ftf.container import Container, ServiceProvider


class Mailer:
    ready = False


def use(mailer: Mailer) -> bool:
    return mailer.ready


class Provider(ServiceProvider):
    provides = (Mailer,)

    def register(self, container: Container) -> None:
        container.register(Mailer, scope="scoped")


class AsyncProvider(Provider):
    async def boot(self) -> None:
        await asyncio.sleep(0)
        Mailer.ready = True


class SyncProvider(Provider):
    def boot(self, pool: Pool) -> None:
        Mailer.ready = True


async def test_a_late_provider_boots_before_a_call_that_needs_it(monkeypatch):
    monkeypatch.setattr(Mailer, "ready", False)
    container = Container()
    await container.boot()
    container.add_provider(AsyncProvider())
    async with container.scoped_context() as scope:
        assert await scope.acall(use) is True


async def test_a_late_provider_boots_before_a_plain_call_that_needs_it(monkeypatch):
    monkeypatch.setattr(Mailer, "ready", False)
    container = Container()
    await container.boot()
    container.add_provider(SyncProvider())
    with container.scoped_context() as scope:
        assert scope.call(use) is True


async def test_a_late_boot_waits_for_what_another_thread_builds(monkeypatch):
    monkeypatch.setattr(Mailer, "ready", False)
    building, go, container = Event(), Event(), Container()

    def build() -> Pool:
        building.set()
        go.wait()
        return Pool()

    def ask() -> None:
        with container.scoped_context() as scope:
            scope.resolve(Mailer)

    container.register(Pool, build, scope="singleton")
    await container.boot()
    container.add_provider(SyncProvider())
    threads = Thread(target=container.resolve, args=(Pool,)), Thread(target=ask)
    threads[0].start()
    building.wait()
    threads[1].start()
    go.set()
    for thread in threads:
        thread.join()
    assert Mailer.ready


async def test_a_task_waits_for_another_threads_build_without_blocking_its_loop():
    building, go, container = Event(), Event(), Container()

    def build() -> Pool:
        building.set()
        go.wait()
        return Pool()

    container.register(Pool, build, scope="singleton")
    thread = Thread(target=container.resolve, args=(Pool,))
    thread.start()
    building.wait()
    waiting = asyncio.create_task(container.aresolve(Pool))
    await asyncio.sleep(0)
    go.set()
    assert isinstance(await waiting, Pool)
    thread.join()
