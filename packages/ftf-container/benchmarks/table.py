"""Markdown tables."""

from collections.abc import Iterable, Sequence


def table(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Draw a titled table, first column to the left and the others to the right."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join([f"### {title}\n", *(f"| {' | '.join(cells)} |" for cells in lines), ""])
