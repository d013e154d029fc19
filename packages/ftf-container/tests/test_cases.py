"""The page of cases, and the tests that carry their numbers."""

import re
from pathlib import Path

TESTS = Path(__file__).parent


def test_the_page_of_cases_names_the_files_in_which_their_tests_are():
    found: dict[str, set[str]] = {}
    for file in TESTS.rglob("test_*.py"):
        text = file.read_text(encoding="utf-8")
        for kind, number in re.findall(r"def test_(cli|edge|event|job|logs|settings)_(\d+)_", text):
            case = {"cli": "C", "edge": "", "event": "E", "job": "J", "logs": "L", "settings": "S"}[
                kind
            ] + number
            found.setdefault(case, set()).add(file.relative_to(TESTS).as_posix())
    page = (TESTS / "CASES.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([CEJLS]?\d+) \|.*\| (`.*`) \|[^|]*\|$", page, re.MULTILINE)
    assert {case: set(re.findall(r"`(.*?)`", files)) for case, files in rows} == found
