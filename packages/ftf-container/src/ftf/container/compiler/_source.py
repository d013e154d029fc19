"""The source code of one function: lines, blocks, names and values, and its compilation."""

import linecache
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from types import CodeType, FunctionType


class Source:
    """Collects the lines of a function named `deliver`.

    Args:
        parameters: Its parameters, as they are written.
        awaiting: Whether it is a coroutine function.

    Attributes:
        known: The names of the instances that are at hand at this point, by slot.
    """

    def __init__(self, parameters: str, *, awaiting: bool) -> None:
        self.known: dict[object, str] = {}
        self._head = f"{'async ' if awaiting else ''}def deliver({parameters}):"
        self._lines: list[str] = []
        self._opening: dict[str, None] = {}
        self._indent, self._names = 2, 0
        self._globals: dict[str, object] = {}

    def __len__(self) -> int:
        return len(self._lines)

    def write(self, *lines: str) -> None:
        """Add lines to the block that is open."""
        self._lines += ("  " * self._indent + line for line in lines)

    def open_with(self, *lines: str) -> None:
        """Put lines at the beginning of the function, each of them once."""
        self._opening |= dict.fromkeys(lines)

    @contextmanager
    def block(self, *opening: str) -> Iterator[None]:
        """Indent what is written in this block, and forget at its end which instances it has."""
        self.write(*opening)
        self._indent += 1
        known = dict(self.known)
        yield
        self._indent -= 1
        self.known = known

    def name(self, role: str) -> str:
        """Return a new name for a local variable that plays a role."""
        self._names += 1
        return f"{role}{self._names}"

    def value(self, role: str, value: object) -> str:
        """Return a new name for a value that is known already."""
        name = self.name(role)
        self._globals[name] = value
        return name

    def helper(self, name: str, value: object) -> str:
        """Return the name itself, which stands for the same value wherever it is written."""
        self._globals[name] = value
        return name

    def compiled(self, name: str, handler: str) -> Callable[..., object]:
        """Compile the function.

        Args:
            name: Its name in tracebacks.
            handler: The line that handles a `RecursionError` named `error`.
        """
        lines = (
            self._head,
            "  try:",
            *(f"    {line}" for line in self._opening),
            *self._lines,
            "  except RecursionError as error:",
            f"    {handler}",
        )
        # Each function has code of its own, because the interpreter specialises the code.
        code = _code("\n".join(lines)).replace(co_name=name, co_qualname=name)
        return FunctionType(code, self._globals, name)


# Containers of the same shape write the same lines, which are compiled once for all of them.
@cache
def _code(source: str) -> CodeType:
    # inspect and traceback read the lines of a file that does not exist from linecache.
    file = f"<ftf.container {_code.cache_info().currsize}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    scope: dict[str, FunctionType] = {}
    exec(compile(source, file, "exec"), scope)  # noqa: S102  # see the benchmarks' README
    return scope["deliver"].__code__
