"""The script, as it runs and in pieces."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from script.report import Report, Stock, build, main


class Full:
    def lines(self) -> Iterator[tuple[str, int]]:
        yield "milk", 7


def test_it_reports_a_sample(capsys: pytest.CaptureFixture[str]) -> None:
    main([])
    assert capsys.readouterr().out == "tea: 3\ncoffee: order some\n"


def test_it_reports_a_file_and_closes_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "stock.txt"
    file.write_text("green tea 5\n")
    main([str(file)])
    assert capsys.readouterr().out == "green tea: 5\n"


def test_a_test_swaps_the_stock() -> None:
    container = build(None)
    with container.override(Stock, Full):
        assert container.resolve(Report).text() == "milk: 7"
