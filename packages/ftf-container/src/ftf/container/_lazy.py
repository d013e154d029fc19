"""Names of a package whose modules are imported when one is first asked for (PEP 562)."""

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from types import ModuleType

type Getter = Callable[[str], object]


def lazy(package: str, modules: Mapping[str, str]) -> tuple[Getter, Callable[[], list[str]]]:
    """Return the `__getattr__` and the `__dir__` of a package.

    Args:
        package: The name of the package.
        modules: The modules of its names, relative to it.
    """

    def find(name: str) -> object:
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        found: object = getattr(import_module(modules[name], package), name)
        setattr(sys.modules[package], name, found)
        return found

    def names() -> list[str]:
        own = vars(sys.modules[package]).items()
        kept = (name for name, value in own if name[0] == "_" or isinstance(value, ModuleType))
        return sorted({*kept, *modules})

    return find, names
