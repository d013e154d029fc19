"""Measure what ftf-testing costs a test suite: `python benchmarks [scenario ...] [--rounds N]`."""

import platform
from argparse import ArgumentParser, Namespace

import counter
import plugin_load
import postgres
import rollback

SCENARIOS = {
    "counter": counter.measure,
    "plugin-load": plugin_load.measure,
    "postgres": postgres.measure,
    "rollback": rollback.measure,
}


def main() -> None:
    """Print what each scenario asked for finds."""
    wanted = arguments()
    print(f"{platform.python_implementation()} {platform.python_version()}")
    for name in wanted.scenarios or SCENARIOS:
        print(f"\n{name}\n")
        SCENARIOS[name](wanted.rounds)


def arguments() -> Namespace:
    """Read the command line."""
    parser = ArgumentParser(prog="benchmarks", description=__doc__)
    names = ", ".join(SCENARIOS)
    parser.add_argument("scenarios", nargs="*", help=f"all by default: {names}")
    parser.add_argument("--rounds", type=int, default=100, help="turns of each (default: 100)")
    wanted = parser.parse_args()
    if unknown := set(wanted.scenarios) - {*SCENARIOS}:
        parser.error(f"there is no scenario {', '.join(sorted(unknown))}, only {names}")
    if wanted.rounds < 2:  # quartiles need two
        parser.error("--rounds must be at least 2")
    return wanted


if __name__ == "__main__":
    main()
