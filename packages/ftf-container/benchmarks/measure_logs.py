"""What log records and spans cost: `nox -s bench -- logs`.

CPU time, the contenders in turns. A request without records pays for the setting of its context
only; a span that nothing hears is a look at a variable. A record is compared with what the module
logging itself writes to the same place.
"""

import logging
import sys
from collections.abc import Callable
from contextvars import ContextVar
from functools import partial
from io import StringIO

from stopwatch import Loop, measure, timed
from table import table

from ftf.container import Correlation
from ftf.container.logs import ContextFilter, JsonFormatter, TextFormatter, log_context
from ftf.container.spans import span

HEAD = ["", "ns", "target"]
RECORDS = ["", "times row one", "half of the rounds", "ns"]
REQUEST = {"request_id": "0123456789abcdef0123456789abcdef"}


def main(rounds: int) -> None:
    """Measure, and print tables."""
    (empty,) = measure([timed(loop(nothing))], rounds)
    rows = []
    for label, target, work in (
        ("the context of a request, set and reset", "≤ 1,000", request),
        ("`with log_context(user_id=7)`", "≤ 1,000", context),
        ("`span(...)` that nothing hears", "≤ 200", unheard),
        ("`with span(...)` around nothing", "", unheard_block),
    ):
        (found,) = measure([timed(loop(work))], rounds)
        rows.append([label, f"{found.nanoseconds - empty.nanoseconds:,.0f}", target])
    print(table("Context and spans", HEAD, rows))
    contenders = {
        "`logging.Formatter`, four fields": logger(logging.Formatter(FORMAT)),
        "`TextFormatter`": logger(TextFormatter()),
        "`JsonFormatter`": logger(JsonFormatter()),
    }
    Correlation.of_records.set(lambda: REQUEST)
    costs = measure([timed(loop(work)) for work in contenders.values()], rounds)
    lines = [
        [
            name,
            f"{each.ratio:.2f}",
            f"{each.low:.2f} to {each.high:.2f}",
            f"{each.nanoseconds:,.0f}",
        ]
        for name, each in zip(contenders, costs, strict=True)
    ]
    print(table("A record of a request, with a field of its own", RECORDS, lines))


FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"
variable: ContextVar[object] = Correlation.of_records


def nothing() -> None:
    """Do nothing."""


def request() -> None:
    """Do what ftf-http does for a request."""
    token = variable.set(partial(int, "0"))
    variable.reset(token)


def context() -> None:
    """Add a field."""
    with log_context(user_id=7):
        pass


def unheard() -> None:
    """Make a span."""
    span("render", rows=3)


def unheard_block() -> None:
    """Open a span."""
    with span("render", rows=3):
        pass


def logger(formatter: logging.Formatter) -> Callable[[], None]:
    """Return a function that logs to memory."""
    handler = logging.StreamHandler(stream := StringIO())
    handler.setFormatter(formatter)
    if type(formatter) is not logging.Formatter:
        handler.addFilter(ContextFilter())
    log = logging.getLogger(f"shop.{type(formatter).__name__}")
    log.setLevel(logging.INFO)
    log.propagate = False
    log.addHandler(handler)

    def write() -> None:
        log.info("order %s is paid", 7, extra={"amount": 12})
        stream.seek(0)

    return write


def loop(work: Callable[[], object]) -> Loop[None]:
    """Return a function that repeats another one."""

    def repeat(times: int) -> None:
        for _ in range(times):
            work()

    return repeat


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 21)
