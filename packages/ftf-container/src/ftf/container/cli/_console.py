"""`Console`: what a command writes and asks."""

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from ._exit import FAILED, WRONG_USAGE, Exit
from ._progress import Progress

DOCUMENT_VERSION = 1
_COLORS = {"red": 31, "green": 32, "yellow": 33, "cyan": 36, "bold": 1, "dim": 2}


class Console:
    """Writes data to stdout and everything else to stderr, and asks the user.

    Args:
        json: Whether the command writes one JSON document instead of text.
        color: Whether to use colors where the output is a terminal.
        quiet: Whether notes are left out.
        verbose: Whether details are written.
    """

    def __init__(
        self, *, json: bool = False, color: bool = True, quiet: bool = False, verbose: bool = False
    ) -> None:
        self.is_json = json
        self.quiet = quiet
        self.verbose = verbose
        self._color = color
        self._lines: list[str] = []
        self._facts: dict[str, object] | None = None

    def line(self, text: str = "") -> None:
        """Write a line of the result. It becomes a part of the document if that is JSON."""
        if self.is_json:
            self._lines.append(text)
        else:
            sys.stdout.write(f"{text}\n")

    def table(self, rows: Iterable[Sequence[str]]) -> None:
        """Write rows whose columns stand below each other."""
        listed = [tuple(row) for row in rows]
        widths = [max(map(len, column)) for column in zip(*listed, strict=True)]
        for row in listed:
            cells = (text.ljust(width) for text, width in zip(row, widths, strict=True))
            self.line("  ".join(cells).rstrip())

    def document(self, **facts: object) -> None:
        """Set what the JSON document contains, instead of the lines."""
        self._facts = {**(self._facts or {}), **facts}

    def note(self, text: str) -> None:
        """Write a line to stderr, unless the command is to be quiet."""
        if not self.quiet:
            sys.stderr.write(f"{text}\n")

    def detail(self, text: str) -> None:
        """Write a line to stderr if the command is to be verbose."""
        if self.verbose:
            sys.stderr.write(f"{text}\n")

    def error(self, text: str) -> None:
        """Write the text of an error to stderr."""
        sys.stderr.write(f"{self.style('Error:', 'red', error=True)} {text}\n")

    def style(self, text: str, *names: str, error: bool = False) -> str:
        """Return a text in colors if the output is a terminal that shows them.

        Args:
            text: The text.
            names: "red", "green", "yellow", "cyan", "bold" or "dim".
            error: Whether it is for stderr.
        """
        stream = sys.stderr if error else sys.stdout
        plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
        if plain or not self._color or self.is_json or not stream.isatty():
            return text
        codes = ";".join(str(_COLORS[name]) for name in names)
        return f"\x1b[{codes}m{text}\x1b[0m"

    @property
    def can_ask(self) -> bool:
        """Whether there is a terminal to ask."""
        return sys.stdin is not None and sys.stdin.isatty()

    def confirm(self, text: str, *, flag: str) -> bool:
        """Ask a question whose answer is no unless the user types yes.

        Args:
            text: The question.
            flag: The option that answers it in advance, for the error without a terminal.

        Raises:
            Exit: There is no terminal.
        """
        return self.ask(f"{text} [y/N]", flag=flag).lower() in {"y", "yes"}

    def ask(self, text: str, *, flag: str, hidden: bool = False) -> str:
        """Return what the user types; nothing if the input ends.

        Args:
            text: The question.
            flag: The option that answers it in advance, for the error without a terminal.
            hidden: Whether what is typed is not shown.

        Raises:
            Exit: There is no terminal.
        """
        if not self.can_ask:
            raise Exit(f"{text}: there is no terminal to ask, so pass {flag}.", WRONG_USAGE)
        if hidden:
            from getpass import getpass

            return getpass(f"{text}: ")
        sys.stderr.write(f"{text}: ")
        sys.stderr.flush()
        return sys.stdin.readline().strip()

    @contextmanager
    def progress(self, label: str, total: int | None = None) -> Iterator[Progress]:
        """Show how far a long piece of work has got: call `advance` of what this yields.

        On a terminal one line of stderr is rewritten; elsewhere there is a line every few seconds.

        Args:
            label: What is done.
            total: The number of steps, if it is known.
        """
        progress = Progress(label, total, quiet=self.quiet or self.is_json)
        try:
            yield progress
        finally:
            progress.end()

    def end(self, code: int, problem: str = "") -> None:
        """Write the JSON document, if the command writes one."""
        if not self.is_json:
            return
        import json

        facts: dict[str, object] = {"version": DOCUMENT_VERSION, "exit_code": code}
        facts |= {"lines": self._lines} if self._facts is None else self._facts
        if code >= FAILED and problem:
            facts["error"] = problem
        sys.stdout.write(json.dumps(facts, indent=2, default=str) + "\n")
