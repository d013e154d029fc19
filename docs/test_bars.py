"""The charts of the comparisons."""

from pathlib import Path
from runpy import run_path

DOCS = Path(__file__).parent
BARS = run_path(str(DOCS / "bars.py"))


def test_the_charts_show_what_the_tables_say():
    drawn = dict(BARS["charts"](BARS["PAGE"].read_text(encoding="utf-8")))
    assert len(drawn) > 1
    for path, drawing in drawn.items():
        remedy = f"draw {path} again: python docs/bars.py"
        assert (DOCS / path).read_text(encoding="utf-8") == drawing, remedy


def test_a_row_without_a_number_has_no_bar():
    table = "| | a |\n|---|---:|\n| **ftf** | 1.5 x |\n| other | |\n| `third` | 1,200 |\n"
    assert list(BARS["bars"](table, "a")) == [("ftf", 1.5), ("third", 1200.0)]
