"""What the page about the command line shows: its projects and settings are real."""

import re
import shlex
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from ftf.container.cli import find_project, invoke
from ftf.orm import Base

PAGE = Path(__file__).with_name("concepts") / "command-line.md"
FENCES = dict.fromkeys(
    re.findall(r"```(\w*)\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    (tmp_path / ".git").mkdir()
    monkeypatch.setenv("FTF_ENV", "local")
    monkeypatch.chdir(tmp_path)
    # Helper modules of this repository's tests, which a reader does not have, may be called shop.
    tests = str(PAGE.parents[2] / "packages")
    path, modules = [*sys.path], {name: sys.modules.pop(name) for name in shops()}
    sys.path[:] = [each for each in path if not (each.startswith(tests) and "tests" in each)]
    yield tmp_path
    sys.path[:] = path
    for name in shops():
        del sys.modules[name]
    sys.modules.update(modules)


def shops() -> list[str]:
    return [name for name in sys.modules if f"{name}.".startswith("shop.")]


async def test_the_commands_of_the_page_work_one_after_the_other(folder):
    (shown,) = (text for kind, text in FENCES if kind == "" and "ftf new" in text)
    start = folder
    for typed in re.split("&&|\n", shown):
        words = shlex.split(typed)
        if words[:1] == ["cd"]:
            start = folder / words[1]
        elif words[:1] == ["ftf"] and words[1] != "serve":
            result = await invoke(words[1:], start=start)
            assert result.exit_code == 0, result.stderr
            if "Add to" in result.stdout:
                paste(start / "shop" / "main.py", result.stdout)
    for words in (["routes", "--injected", "ProductController"], ["check"]):
        result = await invoke(words, start=start)
        assert result.exit_code == 0, result.stderr
        assert "/products" in result.stdout or "match" in result.stdout
    # Other tests migrate the tables of all models.
    Base.metadata.remove(Base.metadata.tables["products"])


def paste(file: Path, printed: str) -> None:
    """Add the lines that a generator prints."""
    importing, adding = printed.rpartition("Add to ")[2].splitlines()[1:3]
    place = "\nfrom shop.provider"
    text = file.read_text().replace(place, f"\n{importing.strip()}{place}")
    file.write_text(text.replace("    return app", f"{adding}\n    return app"))


def test_the_settings_of_the_page_are_those_of_a_project(folder):
    settings, points = (text for kind, text in FENCES if kind == "toml")
    (folder / "pyproject.toml").write_text(settings)
    project = find_project(folder)
    assert project is not None
    assert project.models == "shop.models"
    assert project.disposable == ("shop_dev", "test_*")
    assert "ftf.commands" in tomllib.loads(points)["project"]["entry-points"]


async def test_the_command_of_the_page_runs(folder):
    (shown,) = (
        text
        for kind, text in FENCES
        if kind == "python" and "async def prune(" in text and "Posts" in text
    )
    command = folder / "shop" / "commands" / "posts" / "prune.py"
    command.parent.mkdir(parents=True)
    command.write_text(shown)
    (folder / "shop" / "main.py").write_text(
        "from ftf.container import Container\napp = Container()"
    )
    (folder / "pyproject.toml").write_text('[tool.ftf]\napp = "shop.main:app"')
    result = await invoke(["posts", "prune", "--days", "3"], start=folder)
    assert (result.exit_code, result.stdout) == (0, "3 drafts\n"), result.stderr


async def test_every_type_of_the_page_is_one_of_a_field(folder):
    await invoke(["new", "shop"], start=folder)
    text = PAGE.read_text(encoding="utf-8").partition("| Type |")[2].partition("\n\n")[0]
    cells = [line.split("|")[1] for line in text.splitlines()[2:]]
    types = re.findall("`(.*?)`", " ".join(cells).replace("&#124;", "|"))
    assert len(types) == 15
    fields = [f"field{number}:{each}?!" for number, each in enumerate(types)]
    made = await invoke(["make", "model", "Product", *fields, "--dry-run"], start=folder / "shop")
    assert made.exit_code == 0, made.stderr


async def test_every_command_that_the_page_names_exists(folder):
    known = {entry["name"] for entry in (await invoke(["--json", "list"])).json["commands"]}
    typed = re.findall(r"`ftf ([a-z]+(?: [a-z]+)?)", PAGE.read_text(encoding="utf-8"))
    groups = {name.partition(" ")[0] for name in known}
    for words in {*typed} - {"posts prune"}:
        first, _, second = words.partition(" ")
        assert words in known or first in known or (first in groups and not second)
