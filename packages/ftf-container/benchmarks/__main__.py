"""Compare ftf-container with code written by hand and with other containers."""

import platform
import sys
from argparse import ArgumentParser, Namespace
from asyncio import Runner

from contenders import Contender, installed
from facts import facts
from scenario import SCENARIOS
from stopwatch import Measurement, Timed, measure, timed
from table import table
from techniques import TECHNIQUES, loop_of

HEAD = ["", "times row one", "half of the rounds", "ns"]
NAMES = [*SCENARIOS, "techniques", "facts"]


def main() -> None:
    """Print one table for each scenario asked for."""
    wanted = arguments()
    contenders = installed()
    machine = f"{platform.python_implementation()} {platform.python_version()}"
    print(f"{machine}, CPU time, median of {wanted.rounds} interleaved rounds\n")
    for name in wanted.scenarios or NAMES:
        if name == "facts":
            print(table("Facts about ftf-container", ["", "found", "wanted"], facts()))
        elif name == "techniques":
            print(techniques(wanted.rounds))
        else:
            print(compared(name, contenders, wanted.rounds), flush=True)


def arguments() -> Namespace:
    """Read the command line."""
    parser = ArgumentParser(prog="benchmarks", description=__doc__)
    names = ", ".join(NAMES)
    parser.add_argument("scenarios", nargs="*", help=f"all by default: {names}")
    parser.add_argument("--rounds", type=int, default=100, help="turns each contender has")
    wanted = parser.parse_args()
    if unknown := set(wanted.scenarios) - {*NAMES}:
        parser.error(f"there is no scenario {', '.join(sorted(unknown))}, only {names}")
    if wanted.rounds < 2:  # quartiles need two
        parser.error("--rounds must be at least 2")
    return wanted


def compared(name: str, contenders: list[Contender], rounds: int) -> str:
    """Measure a scenario and draw its table, the first contender on top."""
    with Runner() as runner:
        entered = entrants(name, contenders, runner)
        measurements = measure([*entered.values()], rounds)
    first, *others = zip(entered, measurements, strict=True)
    others.sort(key=lambda entry: entry[1].ratio)
    return table(SCENARIOS[name].title, HEAD, [row(*entry) for entry in (first, *others)])


def techniques(rounds: int) -> str:
    """Measure what could be done for the transient chain, and draw the table."""
    measurements = measure([timed(loop_of(technique())) for technique in TECHNIQUES], rounds)
    names = (technique.__name__.replace("_", " ") for technique in TECHNIQUES)
    rows = map(row, names, measurements)
    return table("One function for the transient chain, in several ways", HEAD, rows)


def entrants(name: str, contenders: list[Contender], runner: Runner) -> dict[str, Timed]:
    """Find who takes part in a scenario, by label; name who cannot on stderr."""
    entered: dict[str, Timed] = {}
    for contender in contenders:
        try:
            time = SCENARIOS[name].enter(contender, runner)
        except Exception as error:
            error.add_note(f"{contender.label} failed in {name}")
            raise
        if time is not None:
            entered[contender.label] = time
        elif not contender.way:  # a second way is shown only where it differs from the first
            print(f"{contender.label}: skipped in {name}, has no means for it", file=sys.stderr)
    return entered


def row(label: str, measured: Measurement) -> list[str]:
    """Write what was measured."""
    spread = f"{measured.low:.2f} to {measured.high:.2f}"
    return [label, f"{measured.ratio:.2f}", spread, f"{measured.nanoseconds:,.0f}"]


if __name__ == "__main__":
    main()
