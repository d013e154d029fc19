"""`import_models`: the import of the modules that define models."""

from collections.abc import Iterable, Iterator
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from ._failure import MigrationFailed


def import_models(names: Iterable[str]) -> None:
    """Import modules, and all modules of packages except tests and programs.

    Args:
        names: The modules and packages, such as "blog.models".

    Raises:
        MigrationError: Modules cannot be imported; it lists all of them, with the reasons.
    """
    failures: list[tuple[str, Exception]] = []
    for name in names:
        failures += _failures(name)
    if failures:
        listed = "\n".join(f"  {name}: {type(error).__name__}: {error}" for name, error in failures)
        raise MigrationFailed(f"models cannot be imported:\n{listed}") from failures[0][1]


def _failures(name: str) -> Iterator[tuple[str, Exception]]:
    try:
        module = import_module(name)
    except Exception as error:  # noqa: BLE001  # reported by the caller
        yield name, error
        return
    for child in _children(module):
        yield from _failures(f"{name}.{child}")


def _children(module: ModuleType) -> Iterator[str]:
    for found in iter_modules(getattr(module, "__path__", ())):
        if found.name not in {"__main__", "conftest"} and not found.name.startswith("test_"):
            yield found.name
