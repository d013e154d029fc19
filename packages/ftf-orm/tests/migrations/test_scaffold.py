"""A new project: what is scaffolded works with Alembic's own commands."""

import runpy
import subprocess
import sys

import pytest
from database import alembic

from ftf.orm.migrations.__main__ import main


def test_alembic_s_own_commands_work(scaffolded, database_url):
    versions = scaffolded / "migrations" / "versions"
    said = alembic(
        scaffolded, database_url, "revision --autogenerate -m first", "upgrade head --sql"
    )
    (script,) = versions.glob("*.py")
    assert "op.create_table(" in script.read_text()
    assert "CREATE TABLE scaffolded_notes" in said
    try:
        nothing = ("revision --autogenerate", "revision --autogenerate -m nothing", "check")
        said = alembic(scaffolded, database_url, "upgrade head", *nothing)
        assert said.count("no migration is written") == 2
        assert list(versions.glob("*.py")) == [script]
        by_hand = ("revision -m by_hand", "upgrade head", "current", "downgrade -1")
        assert "(head)" in alembic(scaffolded, database_url, *by_hand)
        assert len(list(versions.glob("*.py"))) == 2
    finally:
        alembic(scaffolded, database_url, "downgrade base")


def test_edge_55_two_heads_are_merged_and_branches_have_labels(scaffolded, database_url):
    revisions = (
        "revision -m first --rev-id 1",
        "revision -m left --rev-id 2 --head 1",
        "revision -m right --rev-id 3 --head 1 --splice --branch-label side",
    )
    merged = (
        "merge heads -m merged --rev-id 4",
        "revision -m apart --rev-id 5 --head base --splice --depends-on side@head",
        "upgrade heads",
        "current",
    )
    try:
        said = alembic(scaffolded, database_url, *revisions, *merged)
        assert "(mergepoint)" in said
        assert "5 (head)" in said
    finally:
        alembic(scaffolded, database_url, "downgrade base")


def test_the_database_is_a_file_unless_somebody_says_otherwise(scaffolded, monkeypatch):
    (scaffolded / "notes" / "models" / "test_note.py").write_text("1 / 0")
    monkeypatch.delenv("DATABASE_URL", raising=False)
    command = [sys.executable, "-m", "alembic", "revision", "--autogenerate", "-m", "first"]
    subprocess.run(command, cwd=scaffolded, check=True, capture_output=True)  # noqa: S603
    assert (scaffolded / "app.db").exists()


def test_models_that_cannot_be_imported_are_reported(scaffolded):
    (scaffolded / "notes" / "models" / "broken.py").write_text("import no_such_module")
    told = alembic(scaffolded, "sqlite://", "check", fails=True)
    assert "notes.models.broken: ModuleNotFoundError: No module named 'no_such_module'" in told


def test_the_program_starts_a_project(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["", "app.models", "--directory", str(tmp_path)])
    monkeypatch.delitem(sys.modules, "ftf.orm.migrations.__main__")
    runpy.run_module("ftf.orm.migrations", run_name="__main__")
    assert 'models="app.models"' in (tmp_path / "migrations" / "env.py").read_text()


def test_what_is_there_is_not_overwritten(scaffolded):
    before = (scaffolded / "alembic.ini").read_text()
    with pytest.raises(SystemExit, match=r"nothing is written, as there is already: .*env\.py"):
        main(["other.models", "--directory", str(scaffolded)])
    assert (scaffolded / "alembic.ini").read_text() == before
