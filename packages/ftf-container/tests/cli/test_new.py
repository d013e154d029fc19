"""`ftf new`: what it writes, and what it refuses."""

import ast
import json

import pytest


def read(shop, path: str) -> str:
    text = (shop.root / path).read_text(encoding="utf-8")
    ast.parse(text)
    return text


@pytest.mark.parametrize("db", ["sqlite", "postgres", "none"])
def test_cli_20_new_writes_a_project_of_valid_files(shop, make, folder, db):
    result = shop.run("new", "my-store", "--db", db)
    assert result.exit_code == 0
    root = folder / "my-store"
    for file in root.rglob("*.py"):
        ast.parse(file.read_text(encoding="utf-8"))
        assert b"\r" not in file.read_bytes()
        assert "$" not in file.read_text(encoding="utf-8")
    assert (root / "alembic.ini").exists() == (db != "none")
    assert "class MyStoreProvider" in read(shop, "my-store/my_store/provider.py")
    from ftf.container.cli import find_project

    project = find_project(root)
    assert project is not None
    assert project.app == "my_store.main:create_app()"
    assert "ftf serve" in result.stdout


def test_cli_21_new_refuses_names_and_folders(shop, make, folder):
    for name, problem in (
        ("json", "is the name of a package of Python"),
        ("pytest", "is the name of an installed package"),
        ("class", "is not the name of a package"),
        ("Shop", "is not the name of a package"),
        ("../x", "is not the name of a package"),
        ("tests", "is the name of a package of Python or this project"),
    ):
        result = shop.run("new", name)
        assert result.exit_code == 2
        assert problem in result.stderr
    (folder / "store").mkdir()
    (folder / "store" / "x").touch()
    assert "exists and is not an empty folder" in shop.run("new", "store").stderr
    (folder / "file").touch()
    assert "exists and is not an empty folder" in shop.run("new", "store", "--dir", "file").stderr
    listed = shop.run("--json", "new", "store", "--dir", "other", "--dry-run")
    assert "store/main.py" in json.loads(listed.stdout)["files"]
    assert not (folder / "other").exists()
