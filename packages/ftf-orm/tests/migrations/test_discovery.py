import sys
from pathlib import Path

import pytest

from ftf.orm import MigrationError
from ftf.orm.migrations import import_models


@pytest.fixture
def package(tmp_path, monkeypatch) -> Path:
    """A package with a module, a test and a program, and a package inside."""
    monkeypatch.syspath_prepend(tmp_path)
    for name in ("found", "found/inner"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").touch()
    (tmp_path / "found/inner/models.py").touch()
    for name in ("__main__", "conftest", "test_models"):
        (tmp_path / f"found/{name}.py").write_text("raise AssertionError")
    yield tmp_path / "found"
    for name in [name for name in sys.modules if name.split(".")[0] == "found"]:
        del sys.modules[name]


def test_every_module_of_a_package_is_imported_but_for_tests_and_programs(package):
    import_models(["found"])
    assert {name for name in sys.modules if name.startswith("found")} == {
        "found", "found.inner", "found.inner.models",
    }  # fmt: skip


def test_edge_55_all_that_cannot_be_imported_is_reported(package):
    (package / "wrong.py").write_text("1 / 0")
    message = (
        "models cannot be imported:\n  found.wrong: ZeroDivisionError: division by zero\n"
        "  no_such_module: ModuleNotFoundError: No module named 'no_such_module'"
    )
    with pytest.raises(MigrationError, match=message) as caught:
        import_models(["found", "no_such_module"])
    assert isinstance(caught.value.__cause__, ZeroDivisionError)
