"""What every page of the documentation has for a reader who comes to it first."""

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parent
PAGES = sorted(
    [*DOCS.glob("guides/**/*.md"), *DOCS.glob("concepts/*.md"), *DOCS.glob("tutorial/*.md")]
)
WITHOUT_A_PROGRAM = {"deployment.md", "migrations.md", "command-line.md", "laravel.md"}

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)


@each_page
def test_a_page_ends_with_what_to_read_next(page):
    text = page.read_text()
    last = re.split(r"\n\n(?![-*] )", text.rstrip())[-1]
    assert re.search(r"\]\([^)]+\.md", last), last


@each_page
def test_a_page_with_a_program_says_how_to_run_it(page):
    text = page.read_text()
    if re.search(r"^```python$", text, re.MULTILINE) and page.name not in WITHOUT_A_PROGRAM:
        assert "run-the-code.md" in text.partition("```python")[0]
