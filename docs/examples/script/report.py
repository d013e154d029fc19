"""Report how much is in stock: `python -m script.report [FILE]`, lines such as `tea 3`."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Protocol

from ftf.container import Container


class Stock(Protocol):
    """Knows how much there is of each article."""

    def lines(self) -> Iterator[tuple[str, int]]:
        """Yield names and quantities."""
        ...


class Sample:
    """A stock to try the report on."""

    def lines(self) -> Iterator[tuple[str, int]]:
        """Yield names and quantities."""
        yield from (("tea", 3), ("coffee", 0))


class StockFile:
    """A stock in a text file."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def lines(self) -> Iterator[tuple[str, int]]:
        """Yield names and quantities."""
        for line in self._file:
            name, quantity = line.rsplit(maxsplit=1)
            yield name, int(quantity)


class Report:
    """Says what is there, and what has to be ordered."""

    def __init__(self, stock: Stock) -> None:
        self._stock = stock

    def text(self) -> str:
        """Return a line for each article."""
        return "\n".join(f"{name}: {left or 'order some'}" for name, left in self._stock.lines())


def build(path: Path | None) -> Container:
    """Register the services; leaving the container closes the file."""
    container = Container()
    container.register(Report)
    if path is None:
        container.register(Stock, Sample)
        return container

    def open_file() -> Iterator[IO[str]]:
        with path.open(encoding="utf-8") as file:
            yield file

    container.register(IO[str], open_file, scope="singleton")
    container.register(Stock, StockFile)
    return container


def main(arguments: list[str]) -> None:
    """Print the report."""
    with build(Path(arguments[0]) if arguments else None) as container:
        print(container.resolve(Report).text())


if __name__ == "__main__":
    main(sys.argv[1:])
