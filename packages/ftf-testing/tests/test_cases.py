"""The page of cases, and the tests that have their numbers."""

import re
from pathlib import Path

TESTS = Path(__file__).parent


def test_the_page_of_cases_names_the_files_in_which_their_tests_are():
    found: dict[str, set[str]] = {}
    for file in TESTS.rglob("test_*.py"):
        for number in re.findall(r"def test_edge_([a-z]?\d+)_", file.read_text(encoding="utf-8")):
            found.setdefault(number, set()).add(file.relative_to(TESTS).as_posix())
    page = (TESTS / "CASES.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([a-z]?\d+) \|.*\| (`.*`) \|$", page, re.MULTILINE)
    assert {number: set(re.findall(r"`(.*?)`", files)) for number, files in rows} == found
