"""The lines of the application that a query, connection or override comes from."""

import os
import re
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from types import CodeType, FrameType
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

if TYPE_CHECKING:
    from greenlet import greenlet  # type: ignore[import-untyped]  # its stubs are apart

NO_LINE: Final = "no line of the application"


class CodeLine(NamedTuple):
    """A line of code that was being executed."""

    file: str
    line: int
    function: str

    def __str__(self) -> str:
        installed = _INSTALLED.split(self.file)[-1]
        path = installed.removeprefix(f"{Path.cwd()}{os.sep}")
        return f"{path}:{self.line} in {self.function}"


class Origin(NamedTuple):
    """Where a query comes from; `str()` names the nearest line.

    Attributes:
        lines: The lines of the application, the nearest first.
        through: The line of a library that is nearer, such as the one that serializes.
    """

    lines: tuple[CodeLine, ...]
    through: CodeLine | None

    def __str__(self) -> str:
        nearest = self.lines[0] if self.lines else self.through
        return str(nearest or NO_LINE)


# The code, its last instruction and its globals, which the line is computed from.
type _Running = tuple[CodeType, int, Mapping[str, Any]]
# What an origin is computed from: frames of the application, and one of a library.
type Trace = tuple[Sequence[_Running], _Running | None]
type _Kind = Literal["application", "library", "plumbing", "bottom"]

_INSTALLED = re.compile(r"[/\\](?:site|dist)-packages[/\\]")
_STANDARD_LIBRARY = f"{Path(os.__file__).parent}{os.sep}"
# The frames below these belong to the event loop, the thread or pytest.
_BOTTOMS = (
    str(Path(_STANDARD_LIBRARY, "asyncio", "events.py")),
    str(Path(_STANDARD_LIBRARY, "threading.py")),
    str(Path("/_pytest/python.py")),
)
_kinds: dict[str, _Kind] = {}
_plumbing_files: set[str] = set()


def origin(found: Trace) -> Origin:
    """Return the lines of a trace, which takes longer than `trace` itself."""
    lines, through = found
    return Origin(
        tuple(_line(*running) for running in lines), None if through is None else _line(*through)
    )


def trace(frame: FrameType | None, depth: int) -> Trace:
    """Walk up the stack until `depth` lines of the application are found.

    SQLAlchemy's async engines run in greenlets: the stack of one continues in that of its parent.
    """
    lines: list[_Running] = []
    through: _Running | None = None
    greenlet = _greenlet()
    while True:
        while frame is None:
            if greenlet is None or (greenlet := greenlet.parent) is None:
                return lines, through
            frame = greenlet.gr_frame
        file = frame.f_code.co_filename
        if file not in _plumbing_files:  # as most are
            kind = _kinds.get(file) or _classify(file)
            if kind == "application":
                lines.append((frame.f_code, frame.f_lasti, frame.f_globals))
                if len(lines) == depth:
                    return lines, through
            elif kind == "library":
                if through is None and not lines:
                    through = (frame.f_code, frame.f_lasti, frame.f_globals)
            elif kind == "bottom":
                return lines, through
        frame = frame.f_back


def application_line() -> str:
    """Return the line of the application that is being executed, as text."""
    return str(origin(trace(sys._getframe(1), 1)))  # noqa: SLF001  # the documented way to the stack


def _greenlet() -> "greenlet | None":
    # SQLAlchemy imports greenlet with its first async engine; importing it here would be slow.
    greenlets = sys.modules.get("greenlet")
    return None if greenlets is None else greenlets.getcurrent()


def _line(code: CodeType, instruction: int, names: Mapping[str, Any]) -> CodeLine:
    position = next(islice(code.co_positions(), instruction // 2, None))
    line = position[0] or code.co_firstlineno
    if template := names.get("__jinja_template__"):
        line = template.get_corresponding_lineno(line)  # of the template, not of what it became
    return CodeLine(code.co_filename, line, code.co_qualname)


def _classify(file: str) -> _Kind:
    kind: _Kind
    if file.endswith(_BOTTOMS):
        kind = "bottom"
    elif file.startswith(_plumbing()):
        kind = "plumbing"
    elif _INSTALLED.search(file):
        kind = "library"
    else:
        kind = "plumbing" if file.startswith(_STANDARD_LIBRARY) else "application"
    if kind == "plumbing":
        _plumbing_files.add(file)
    return _kinds.setdefault(file, kind)


@cache
def _plumbing() -> tuple[str, ...]:
    """Return the prefixes of generated code, of SQLAlchemy's files and of this framework's."""
    packages = filter(None, map(find_spec, ("sqlalchemy", "ftf")))
    folders = (folder for each in packages for folder in each.submodule_search_locations or ())
    return ("<", *(f"{folder}{os.sep}" for folder in folders))
