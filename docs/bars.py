"""Draw the charts of `comparisons.md` from its tables: `python docs/bars.py`.

A line such as `![…](comparisons/containers.svg "request graph")` above a table draws the column of
that name: a bar for each row that has a number there. The shorter bar is the better one.
"""

import re
from collections.abc import Iterator
from html import escape
from pathlib import Path

PAGE = Path(__file__).with_name("comparisons.md")
_CHART = re.compile(r'^!\[([^\]]*)\]\((\S+\.svg) "([^"]+)"\)\n\n((?:\|.*\n)+)', re.MULTILINE)
_LEFT, _WIDTH, _ROW, _TOP = 190, 720, 26, 34


def charts(page: str) -> Iterator[tuple[str, str]]:
    """Yield the path of each chart of a page, and its SVG."""
    for title, path, column, table in _CHART.findall(page):
        yield path, svg(title, list(bars(table, column)))


def bars(table: str, column: str) -> Iterator[tuple[str, float]]:
    """Yield the name and the number of each row of a Markdown table that has one."""
    head, _, *rows = (
        [cell.strip(" *`") for cell in row.split("|")[1:-1]] for row in table.split("\n")[:-1]
    )
    place = head.index(column)
    for row in rows:
        if number := re.match(r"[\d.,]+", row[place]):
            yield row[0], float(number[0].replace(",", ""))


def svg(title: str, rows: list[tuple[str, float]]) -> str:
    """Return a chart with a horizontal bar for each row."""
    longest = max(value for _, value in rows)
    height = _TOP + _ROW * len(rows) + 8
    parts = []
    for place, (name, value) in enumerate(rows):
        y = _TOP + _ROW * place
        width = max(2, (_WIDTH - _LEFT - 70) * value / longest)
        color = "#1b6ca8" if name.startswith("ftf") else "#9fb8c8"
        parts += [
            f'<text x="{_LEFT - 8}" y="{y + 14}" text-anchor="end">{escape(name)}</text>',
            f'<rect x="{_LEFT}" y="{y}" width="{width:.0f}" height="18" fill="{color}"/>',
            f'<text x="{_LEFT + width + 6:.0f}" y="{y + 14}">{value:g}</text>',
        ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" '
        'font-family="sans-serif" font-size="13" fill="#333">\n'
        f'<rect width="{_WIDTH}" height="{height}" fill="#fff"/>\n'
        f'<text x="8" y="20" font-size="14">{escape(title)}</text>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )


if __name__ == "__main__":
    for path, drawing in charts(PAGE.read_text(encoding="utf-8")):
        PAGE.with_name(path.split("/")[0]).joinpath(Path(path).name).write_text(
            drawing, encoding="utf-8"
        )
