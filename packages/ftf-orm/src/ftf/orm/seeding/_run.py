"""`run_seeders`: seeders in order, each in a scope and a transaction of its own."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from logging import getLogger
from time import perf_counter

from sqlalchemy.ext.asyncio import AsyncSession

from ftf.container import Container
from ftf.container.environment import current_environment

from ..exceptions import SeederFailed, SeederRefused
from ..transactions._transaction import transaction
from ._environment import is_allowed
from ._inserted_rows import InsertedRows
from ._order import in_order
from ._seeder import Seeder

_log = getLogger("ftf.orm")


@dataclass(frozen=True, slots=True)
class SeederRun:
    """A seeder that has run.

    Args:
        seeder: Its class.
        seconds: How long it took.
        rows: How many rows it inserted, by the name of the table; none if all were there.
    """

    seeder: type[Seeder]
    seconds: float
    rows: Mapping[str, int]


async def run_seeders(
    container: Container,
    seeders: Iterable[type[Seeder]],
    *,
    seed: int = 0,
    force: bool = False,
    only: bool = False,
    environment: str | None = None,
    on_rows: Callable[[int], object] | None = None,
) -> list[SeederRun]:
    """Run seeders and those that they come after, each once, in a scope and a transaction.

    The first one that fails is rolled back and ends the run; those before it stay.

    Args:
        container: The container, which has the session and what the seeders ask for.
        seeders: The classes.
        seed: The seed of their random values.
        force: Whether to run seeders that are not for this environment.
        only: Whether to leave out what the seeders come after.
        environment: The environment; by default that of `FTF_ENV` or `FASTAPI_ENV`, or else
            "production".
        on_rows: Is called with the numbers of rows that seeders count by `wrote`.

    Returns:
        The seeders in the order in which they ran.

    Raises:
        SeederFailed: One failed; its error is the cause.
        SeederRefused: Some are not for this environment; none has run.
        TypeError: One is not a subclass of Seeder.
        UnknownEnvironmentError: `FTF_ENV` or `FASTAPI_ENV` names no environment.
        ValueError: Seeders come after each other in a circle.
    """
    ordered = [*seeders] if only else in_order(seeders)
    _refuse_environment(ordered, environment or current_environment().value, force=force)
    done: list[SeederRun] = []
    for seeder in ordered:
        begin = perf_counter()
        try:
            rows = await _run(container, seeder, seed, on_rows)
        except Exception as error:
            raise SeederFailed(seeder, [run.seeder for run in done]) from error
        done.append(SeederRun(seeder, perf_counter() - begin, rows))
    return done


async def _run(
    container: Container,
    seeder: type[Seeder],
    seed: int,
    on_rows: Callable[[int], object] | None,
) -> dict[str, int]:
    from ftf.container.spans import span  # noqa: PLC0415  # an addition, which `import ftf.orm` leaves

    with span("ftf.seed", seeder=seeder.__name__):
        async with container.scoped_context() as scope:
            session = await scope.aresolve(AsyncSession)
            made = await scope.aresolve(seeder)
            made.seed, made.on_rows, made.session = seed, on_rows, session
            inserted = InsertedRows(session.sync_session)
            async with transaction(session):
                await made.run()
            return inserted.by_table()


def _refuse_environment(seeders: Sequence[type[Seeder]], environment: str, *, force: bool) -> None:
    refused = [each for each in seeders if not is_allowed(each.environments, environment)]
    if not refused:
        return
    if not force:
        raise SeederRefused(refused, environment)
    names = ", ".join(each.__name__ for each in refused)
    _log.warning("%s run in %s by force", names, environment)
