"""The public names of packages that import their modules when a name is first asked for."""

import importlib
import subprocess
import sys
from types import ModuleType

import pytest

PACKAGES = ["ftf.container", "ftf.container.cli"]


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_name_is_found_and_listed(package):
    module = importlib.import_module(package)
    for name in module.__all__:
        assert getattr(module, name).__name__ == name
    others = (name for name in dir(module) if name[0] != "_" and name not in module.__all__)
    assert all(isinstance(getattr(module, name), ModuleType) for name in others)
    assert {*module.__all__} <= {*dir(module)}


@pytest.mark.parametrize("package", PACKAGES)
def test_another_name_is_an_attribute_error(package):
    with pytest.raises(AttributeError, match=rf"module '{package}' has no attribute 'Other'"):
        _ = importlib.import_module(package).Other


def test_a_name_is_imported_when_it_is_first_asked_for():
    program = (
        "import sys, ftf.container as c\n"
        "assert 'ftf.container._container' not in sys.modules\n"
        "assert c.Container is c.Container\n"
        "assert 'ftf.container._container' in sys.modules\n"
        "assert 'Container' in vars(c)\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)  # noqa: S603  # the program above
