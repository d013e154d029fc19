"""Dependency paths: the services from the one asked for to the one at fault, with file and line."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from inspect import currentframe, unwrap
from types import FrameType
from typing import cast, get_origin

# Read once: getcwd() is a system call, and the first services are resolved in an event loop.
try:
    _HERE = f"{os.getcwd()}{os.sep}"  # noqa: PTH109  # pathlib takes longer to import than all the rest
except OSError:  # pragma: no cover  # the working directory was deleted
    _HERE = ""

type DependencyPath = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One service on a dependency path.

    Args:
        key: What the service is known by.
        parameter: The parameter that asked for it; empty at the root of the path.
        location: `file:line` of what builds it; empty when unknown.
    """

    key: object
    parameter: str = ""
    location: str = ""

    def __str__(self) -> str:
        label = f"{self.parameter}: {name_of(self.key)}" if self.parameter else name_of(self.key)
        return f"{label}  ({self.location})" if self.location else label


def draw(path: DependencyPath) -> str:
    """Draw a path as a tree with one branch, indented by two spaces."""
    branches = ("  " + ("   " * (depth - 1) + "└─ " if depth else "") for depth in range(len(path)))
    return "\n".join(branch + str(step) for branch, step in zip(branches, path, strict=True))


def name_of(key: object) -> str:
    """Return a key as it is written in code."""
    if isinstance(key, type):
        return key.__qualname__.rpartition("<locals>.")[2]
    return str(key) if hasattr(key, "__origin__") else getattr(key, "__name__", str(key))


def location_of(source: object) -> str:
    """Return the `file:line` of a class or function; an empty text when it is unknown."""
    source = get_origin(source) or source
    if isinstance(source, type):
        file = getattr(sys.modules.get(source.__module__), "__file__", None)
        line = vars(source).get("__firstlineno__")
    else:
        code = getattr(function_of(source), "__code__", None)
        file, line = getattr(code, "co_filename", None), getattr(code, "co_firstlineno", None)
    return f"{file.removeprefix(_HERE)}:{line}" if file and line else ""


def location_of_caller() -> str:
    """Return the `file:line` of the innermost call from outside of the framework."""
    frame = currentframe()
    while frame and frame.f_back and _is_framework(frame):
        frame = frame.f_back
    return f"{frame.f_code.co_filename.removeprefix(_HERE)}:{frame.f_lineno}" if frame else ""


def _is_framework(frame: FrameType) -> bool:
    module: str = frame.f_globals.get("__name__", "")
    return module == "contextlib" or module.startswith("ftf.")


def function_of(factory: object) -> object:
    """Return the function below a partial, a wrapper or an object with `__call__`."""
    while isinstance(factory, partial):
        factory = factory.func
    if callable(factory) and not hasattr(factory, "__name__"):
        factory = type(factory).__call__
    return unwrap(cast("Callable[..., object]", factory))
