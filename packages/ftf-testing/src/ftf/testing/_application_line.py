"""Finding the line of the application that something began at."""

import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

_LIBRARIES = (
    *map(sysconfig.get_path, ("stdlib", "purelib", "platlib")),
    str(Path(__file__).parent),
    "<",
)


def application_line() -> str:
    """Name the innermost line of the stack that is in no library: `file:line in function`."""
    for frame in _frames():
        code = frame.f_code
        if not code.co_filename.startswith(_LIBRARIES):
            return f"{code.co_filename}:{frame.f_lineno} in {code.co_name}"
    return "no line of the application"


def _frames() -> Iterator[FrameType]:
    """Walk up the stack, and on in the greenlets that wait for this one."""
    greenlet = sys.modules["greenlet"].getcurrent() if "greenlet" in sys.modules else None
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001  # what inspect uses
    while frame is not None:
        yield frame
        frame = frame.f_back
        while frame is None and greenlet is not None:
            greenlet = greenlet.parent
            frame = greenlet and greenlet.gr_frame
