"""Compare two runs of the same tests: `python compare.py FASTAPI.xml HERE.xml`.

Each test that passes on FastAPI has to pass here, unless `intended.toml` says why it does not.
"""

import sys
import tomllib
from collections import Counter
from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from xml.etree import ElementTree as ET

INTENDED = Path(__file__).with_name("intended.toml")


def outcomes(report: str) -> Mapping[str, str]:
    """Read what became of each test from pytest's JUnit report."""
    cases = ET.parse(report).iter("testcase")  # noqa: S314  # pytest has just written it
    return {f"{case.get('classname')}::{case.get('name')}": _outcome(case) for case in cases}


def _outcome(case: ET.Element) -> str:
    found = {part.tag for part in case} & {"failure", "error", "skipped"}
    return found.pop() if found else "passed"


def reasons() -> Mapping[str, str]:
    """Read why tests differ, by patterns of their names."""
    entries = tomllib.loads(INTENDED.read_text())["difference"]
    return {test: entry["reason"] for entry in entries for test in entry["tests"]}


def main(fastapi_s: str, here: str) -> int:
    """Print the counts and the differences, and return whether one is not intended."""
    before, after, intended = outcomes(fastapi_s), outcomes(here), reasons()
    for name, run in (("FastAPI", before), ("here", after)):
        print(f"{name}: {dict(Counter(run.values()))}")
    lost = [test for test, was in before.items() if was == "passed" != after.get(test)]
    why = {test: next((p for p in intended if fnmatchcase(test, p)), "") for test in lost}
    for reason, number in Counter(intended[p] for p in why.values() if p).items():
        print(f"intended, {number}: {reason}")
    unexpected = [test for test, pattern in why.items() if not pattern]
    print(f"not intended, {len(unexpected)}", *unexpected, sep="\n  ")
    return bool(unexpected)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
