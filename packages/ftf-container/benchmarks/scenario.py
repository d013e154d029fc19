"""What is compared, and the check that whoever takes part really does the work."""

from asyncio import Runner
from collections.abc import Callable
from dataclasses import dataclass

import request_graph
from chain import Engine, Handler, Repository, Service, Session, Settings
from contenders import Contender
from recorder import recording, starts
from request_graph import Roots
from singleton import Clock
from stopwatch import AsyncLoop, Loop, Timed, async_timed, timed

TIMES = 3


class WrongWorkError(Exception):
    """A contender did more or less than the scenario asks for."""


@dataclass(frozen=True, slots=True)
class Subject[T]:
    """A contender's loop: to run it, and to time it."""

    run: Loop[T]
    time: Timed

    @staticmethod
    def of(prepare: Callable[[], Loop[T]] | None) -> "Subject[T] | None":
        """Prepare a loop, if the contender has one."""
        if prepare is None:
            return None
        loop = prepare()
        return Subject(loop, timed(loop))

    @staticmethod
    def awaiting(prepare: Callable[[], AsyncLoop[T]] | None, runner: Runner) -> "Subject[T] | None":
        """Prepare an async loop, if the contender has one."""
        if prepare is None:
            return None
        loop = prepare()

        async def run(times: int) -> T:
            return await loop(times)

        return Subject(lambda times: runner.run(run(times)), async_timed(loop, runner))


@dataclass(frozen=True, slots=True)
class Scenario[T]:
    """One operation that every contender performs in its own way."""

    title: str
    subject: Callable[[Contender, Runner], Subject[T] | None]
    check: Callable[[Loop[T]], None]

    def enter(self, contender: Contender, runner: Runner) -> Timed | None:
        """Prepare and check a contender.

        Raises:
            WrongWorkError: It does not do what is timed.
        """
        subject = self.subject(contender, runner)
        if subject is None:
            return None
        self.check(subject.run)
        return subject.time


def check_request(run: Loop[Roots]) -> None:
    """Expect each service once in a scope, shared by those that need it, and two closed."""
    run(1)
    with recording() as started:
        g, h, i = run(TIMES)
    services = (getattr(request_graph, name) for name in "CDEFGHI")
    made = [starts(started, service) for service in services]
    _expect("services made", made, [TIMES] * 7)
    _expect("services closed", starts(started, request_graph.close), 2 * TIMES)
    shared = {id(part): part for part in (g.c, g.d, g.e, g.f, h.c, h.d, i.e, i.f, i.e.d, i.f.c)}
    _expect("services shared", len(shared), 4)


def check_chain(run: Loop[Handler]) -> None:
    """Expect six new services each time."""
    run(1)
    with recording() as started:
        handler = run(TIMES)
    links = (Settings, Engine, Session, Repository, Service, Handler)
    _expect("services made", [starts(started, link) for link in links], [TIMES] * 6)
    first, again = (made.service.repository.session.engine.settings for made in (handler, run(1)))
    _expect("settings shared", first is again, wanted=False)


def check_singleton(run: Loop[Clock]) -> None:
    """Expect the same service each time."""
    first = run(1)
    with recording() as started:
        again = run(TIMES)
    _expect("services made", starts(started, Clock), 0)
    _expect("service shared", first is again, wanted=True)


def _expect(what: str, found: object, wanted: object) -> None:
    if found != wanted:
        raise WrongWorkError(f"{what}: {found} instead of {wanted}")


SCENARIOS: dict[str, Scenario[Roots] | Scenario[Handler] | Scenario[Clock]] = {
    "request": Scenario(
        "Open a scope, resolve seven services, two of them from generators, and close it",
        lambda contender, runner: Subject.awaiting(contender.request, runner),
        check_request,
    ),
    "chain": Scenario(
        "Resolve a transient chain of six",
        lambda contender, _: Subject.of(contender.chain),
        check_chain,
    ),
    "singleton": Scenario(
        "Resolve a singleton that exists",
        lambda contender, _: Subject.of(contender.singleton),
        check_singleton,
    ),
    "async-chain": Scenario(
        "Resolve the chain by the async door",
        lambda contender, runner: Subject.awaiting(contender.async_chain, runner),
        check_chain,
    ),
    "async-singleton": Scenario(
        "Resolve the singleton by the async door",
        lambda contender, runner: Subject.awaiting(contender.async_singleton, runner),
        check_singleton,
    ),
}
