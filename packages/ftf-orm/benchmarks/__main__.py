"""CPU time of everyday queries, next to hand-written SQLAlchemy: `python benchmarks [--rounds N]`.

Everybody does the same work in turns, call by call, in one process and on one engine, so that
whatever else the machine does hits all of them alike; what is compared is the median call. The
database's own time is not in it, except for SQLite, which works in the process.

`python benchmarks --deep-pages [--plot FILE.svg]` measures pages of 200,000 rows instead, by cursor
and by offset, with the database's time. `python benchmarks --filters` measures how query strings
are read, without a database.
"""

import sys
from argparse import ArgumentParser
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

import deep_pages
import filters
from measuring import measure_on
from plot import svg
from server import postgres

TITLE = "One page of 20 of 200,000 rows, sorted by an indexed time"


def main() -> None:
    """Measure, and print a table for each database."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=400, help="calls of each (default: 400)")
    parser.add_argument("--deep-pages", action="store_true", help="measure pages instead")
    parser.add_argument("--filters", action="store_true", help="measure query strings instead")
    parser.add_argument("--plot", type=Path, help="where the plot of the pages is written")
    chosen = parser.parse_args()
    if chosen.filters:
        filters.measure()
        return
    run = deep_pages.measure if chosen.deep_pages else apart
    with TemporaryDirectory() as folder:
        on_sqlite = run(f"sqlite+aiosqlite:///{folder}/benchmark.db", chosen.rounds)
    with postgres() as url:
        on_postgres = run(url, chosen.rounds)
    if chosen.plot and on_sqlite and on_postgres:
        lines = {
            f"{name}, by {way}": times[way]
            for name, times in (("SQLite", on_sqlite), ("PostgreSQL", on_postgres))
            for way in ("cursor", "offset")
        }
        chosen.plot.write_text(svg(TITLE, deep_pages.PAGES, lines), encoding="utf-8")


def apart(url: str, rounds: int) -> None:
    """Measure in a process of its own: Tortoise's models remember the first database they meet."""
    process = get_context("spawn").Process(target=measure_on, args=(url, rounds))
    process.start()
    process.join()
    if process.exitcode:
        sys.exit(process.exitcode)


if __name__ == "__main__":
    main()
