"""What holds for each of the four packages alike."""

import re
from importlib import import_module
from importlib.metadata import metadata
from pathlib import Path
from types import ModuleType

import pytest

PACKAGES = Path(__file__).parents[1] / "packages"
NAMES = sorted(folder.name for folder in PACKAGES.iterdir())

each_package = pytest.mark.parametrize("name", NAMES)


def module_of(name: str) -> ModuleType:
    return import_module(name.replace("-", "."))


@each_package
def test_all_lists_what_can_be_imported(name):
    module = module_of(name)
    public = {
        attribute
        for attribute in dir(module)
        if attribute[0] != "_" and not isinstance(getattr(module, attribute), ModuleType)
    }
    assert module.__all__ == sorted(public)


@each_package
def test_the_newest_entry_of_the_changelog_is_the_version(name):
    changelog = (PACKAGES / name / "CHANGELOG.md").read_text()
    heading = re.search(r"^## (\S+)", changelog, re.MULTILINE)
    assert heading is not None
    assert heading[1] == metadata(name)["Version"]


@each_package
def test_the_readme_has_no_link_that_is_dead_on_pypi(name):
    readme = (PACKAGES / name / "README.md").read_text()
    prose = re.sub(r"^```.*?^```", "", readme, flags=re.MULTILINE | re.DOTALL)
    targets = re.findall(r"(?<=\]\()[^)]*|^\[[^]]+\]: .*", prose, re.MULTILINE)
    assert [target for target in targets if not target.startswith(("https://", "#"))] == []
    pages = re.findall(r"`docs/(\S+)`", readme)
    assert pages
    assert [page for page in pages if not (PACKAGES.parent / "docs" / page).is_file()] == []


def test_the_namespace_belongs_to_nobody():
    assert import_module("ftf").__file__ is None
    assert not list(PACKAGES.glob("*/src/ftf/__init__.py"))
    assert not list(PACKAGES.glob("*/tests/**/__init__.py"))
