"""The tutorial and the guides that have files, as a reader does them, from an empty folder.

A fence with a `title` is a file to write, and `sh` are commands to run. The lines of a fence `text`
are in what the last commands printed; `...` stands for any lines. What installs and what serves
until it is stopped is not run.
"""

import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

PAGES = sorted(Path(__file__).with_name("tutorial").glob("[1-9]-*.md"))
GUIDES = ["existing-project", "jobs", "logins", "settings", "swap-in-tests"]
FENCE = re.compile(r'^```(\w+)(?: title="([^"]+)")?\n(.*?)^```$', re.MULTILINE | re.DOTALL)
SHOWN = {"NO_COLOR": "1", "COLUMNS": "100"}
# A project has no other plugins, whose imports take longer than its tests.
PLUGINS = {
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    "PYTEST_PLUGINS": "ftf.testing.plugin,pytest_asyncio.plugin",
}
NOT_RUN = ("#", "ftf serve")


@dataclass
class Reader:
    """A person at a terminal: where they are, what they have exported, what they saw last."""

    folder: Path
    variables: dict[str, str]
    seen: str = ""
    place: str = field(default="", init=False)

    def read(self, page: Path) -> None:
        text = page.read_text(encoding="utf-8")
        for fence in FENCE.finditer(text):
            kind, title, content = fence.groups()
            self.place = f"{page.name}:{text[: fence.start()].count('\n') + 1}"
            if title:
                self.write(title, content)
            elif kind == "sh":
                self.seen = "".join(map(self.run, content.splitlines()))
            elif kind == "text":
                self.compare(content)

    def write(self, name: str, content: str) -> None:
        file = self.folder / name
        assert file.parent.is_dir(), f"{self.place}: the folder of {name} does not exist"
        file.write_text(content, encoding="utf-8")

    def run(self, line: str) -> str:
        if line.startswith(NOT_RUN):
            return ""
        if line.startswith("cd "):
            self.folder /= line.removeprefix("cd ")
            return ""
        if line.startswith("export "):
            name, _, value = line.removeprefix("export ").partition("=")
            self.variables[name] = value
            return ""
        result = subprocess.run(  # noqa: S602  # the page's own line, with its quotes
            line,
            shell=True,
            cwd=self.folder,
            env=self.variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert result.returncode == 0, f"{self.place}: {line}\n{result.stdout}"
        return result.stdout

    def compare(self, content: str) -> None:
        for line in content.splitlines():
            shown = line.strip()
            assert shown == "..." or shown in self.seen, f"{self.place}: {shown}\n{self.seen}"


@pytest.fixture
def reader(tmp_path) -> Reader:
    kept = {name: os.environ[name] for name in ("HOME", "LANG", "TMPDIR") if name in os.environ}
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return Reader(tmp_path, kept | SHOWN | PLUGINS | {"PATH": programs})


def shown(drawing: Path) -> str:
    """Return a drawing of services without where the packages are installed, and their lines."""
    return re.sub(r"(?:[^ <>]*/)?(ftf/[\w/.]+):\d+", r"\1", drawing.read_text())


@pytest.mark.slow
def test_the_tutorial_works_from_an_empty_folder(reader):
    assert len(PAGES) == 6
    for page in PAGES:
        reader.read(page)
    drawn = Path(__file__).with_name("assets") / "services.svg"
    assert shown(reader.folder / "services.svg") == shown(drawn)


@pytest.mark.slow
@pytest.mark.parametrize("guide", GUIDES)
def test_the_files_of_a_guide_work_in_an_empty_folder(reader, guide):
    reader.read(Path(__file__).with_name("guides") / f"{guide}.md")
