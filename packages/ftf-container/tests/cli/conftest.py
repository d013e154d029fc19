"""A project in a folder of its own, whose commands run in this process."""

import importlib
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import pytest

from ftf.container.cli import Result
from ftf.container.cli.script import main

MAIN = """
from ftf.container import Container

class Numbers:
    def __init__(self) -> None:
        self.all = [1, 2]

container = Container()
container.register(Numbers, scope="scoped")
"""

UNITS = """
    from ftf.container import Container, UnitsOfWork

    class Unit:
        async def commit(self) -> None:
            print("committed")
        async def rollback(self) -> None:
            print("rolled back")

    async def open_unit(units: UnitsOfWork):
        unit = Unit()
        units.add(unit)
        try:
            yield unit
        finally:
            print("closed")

    container = Container()
    container.register(Unit, open_unit, scope="scoped")
"""
# Generators of the other packages, which may not be installed where this one is tested alone.
OTHERS = ("controller", "factory", "middleware", "model", "policy", "repository", "seeder")
MAKE = "ftf.container.cli.make"


@dataclass
class Shop:
    """A project with a package `shop`."""

    root: Path
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    def write(self, path: str, text: str) -> Path:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(text), encoding="utf-8")
        return file

    def command(self, name: str, text: str) -> None:
        self.write(f"shop/commands/{name}.py", text)

    def install(self, name: str, **points: str) -> None:
        """Install a distribution that declares commands, as `orders__export="acme:export"`."""
        lines = [f"{command.replace('__', '.')} = {target}" for command, target in points.items()]
        text = "\n".join(("[ftf.commands]", *lines))
        self.write(f"site/{name}-1.0.dist-info/entry_points.txt", text)
        self.monkeypatch.syspath_prepend(self.root / "site")

    def run(self, *arguments: str) -> Result:
        """Run `ftf` in this process, as its script does."""
        # A folder that changes twice within a tick of the clock is not read again in one process.
        importlib.invalidate_caches()
        self.monkeypatch.setattr(sys, "argv", ["ftf", *arguments])
        self.capsys.readouterr()
        with pytest.raises(SystemExit) as e:
            main()
        written = self.capsys.readouterr()
        return Result(int(e.value.code or 0), written.out, written.err)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return an empty folder to work in; what is imported from it is forgotten."""
    for variable in ("FTF_ENV", "FASTAPI_ENV", "FTF_APP", "NO_COLOR"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.chdir(tmp_path)
    # The search for a project ends here.
    (tmp_path / ".git").mkdir()
    path = [*sys.path]
    yield tmp_path
    sys.path[:] = path
    for name in [name for name, module in [*sys.modules.items()] if is_below(module, tmp_path)]:
        del sys.modules[name]


def is_below(module: object, folder: Path) -> bool:
    """Return whether a module comes from a folder; a namespace package has no file."""
    places = [getattr(module, "__file__", None), *getattr(module, "__path__", ())]
    return any(str(place).startswith(str(folder)) for place in places)


@pytest.fixture
def interrupts() -> Iterator[None]:
    """Handle SIGINT as Python does by default: a run in the background begins with it ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def shop(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shop:
    """Return a project with a container and no commands."""
    shop = Shop(folder, monkeypatch, capsys)
    shop.write("pyproject.toml", '[tool.ftf]\napp = "shop.main:container"\n')
    shop.write("shop/__init__.py", "")
    shop.write("shop/main.py", MAIN)
    return shop


@pytest.fixture
def units(shop):
    shop.write("shop/main.py", UNITS)
    return shop


@pytest.fixture
def make(shop):
    """Return a function that runs `ftf make`, with the generators of all packages."""
    points = {f"make__{name}": f"{MAKE}.{name}:{name}" for name in OTHERS}
    shop.install("others", **points, make__test=f"{MAKE}.test:make_test", new=f"{MAKE}.new:new")

    def run(*arguments: str) -> Result:
        return shop.run("make", *arguments)

    return run
