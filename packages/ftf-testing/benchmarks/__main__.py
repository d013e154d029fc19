"""Measure what ftf-testing costs a test suite: `python benchmarks [scenario ...] [--rounds N]`."""

import platform
from argparse import ArgumentParser

import postgres
import rollback

SCENARIOS = {"postgres": postgres.measure, "rollback": rollback.measure}


def main() -> None:
    """Print what each scenario asked for finds."""
    parser = ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("scenarios", nargs="*", choices=[*SCENARIOS, []], default=[])
    parser.add_argument("--rounds", type=int, default=50, help="turns of each (default: 50)")
    wanted = parser.parse_args()
    print(f"{platform.python_implementation()} {platform.python_version()}")
    for name in wanted.scenarios or SCENARIOS:
        print(f"\n{name}\n")
        SCENARIOS[name](wanted.rounds)


if __name__ == "__main__":
    main()
