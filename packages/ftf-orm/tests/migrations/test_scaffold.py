"""A new project: what is scaffolded works with Alembic's own commands."""

import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from ftf.orm.migrations.__main__ import main

MODELS = """
from sqlalchemy.orm import Mapped, mapped_column

from ftf.orm import Base, Timestamps


class Note(Timestamps, Base):
    __tablename__ = "scaffolded_notes"
    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(unique=True)
"""


@pytest.fixture
def project(tmp_path, capsys) -> Path:
    models = tmp_path / "notes" / "models"
    models.mkdir(parents=True)
    (tmp_path / "notes" / "__init__.py").touch()
    (models / "__init__.py").touch()
    (models / "note.py").write_text(MODELS)
    main(["notes.models", "--directory", str(tmp_path)])
    assert capsys.readouterr().out.startswith(f"Wrote {tmp_path}")
    return tmp_path


def alembic(project: Path, url: str, *commands: str, fails: bool = False) -> str:
    """Run commands as the command line does, in one process, and deliver what they say."""
    script = "import sys; from alembic.config import main\n"
    script += "for line in sys.argv[2:]: main(['-x', 'url=' + sys.argv[1], *line.split()])"
    command = [sys.executable, "-c", script, url, *commands]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)  # noqa: S603
    assert bool(done.returncode) is fails, done.stderr
    return done.stderr if fails else done.stdout


@pytest.mark.slow
def test_alembic_s_own_commands_work(project, database_url):
    versions = project / "migrations" / "versions"
    said = alembic(project, database_url, "revision --autogenerate -m first", "upgrade head --sql")
    (script,) = versions.glob("*.py")
    assert "op.create_table(" in script.read_text()
    assert "CREATE TABLE scaffolded_notes" in said
    try:
        nothing = ("revision --autogenerate", "revision --autogenerate -m nothing", "check")
        said = alembic(project, database_url, "upgrade head", *nothing)
        assert said.count("no migration is written") == 2
        assert list(versions.glob("*.py")) == [script]
        by_hand = ("revision -m by_hand", "upgrade head", "current", "downgrade -1")
        assert "(head)" in alembic(project, database_url, *by_hand)
        assert len(list(versions.glob("*.py"))) == 2
    finally:
        alembic(project, database_url, "downgrade base")


@pytest.mark.slow
def test_edge_55_two_heads_are_merged_and_branches_have_labels(project, database_url):
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
        said = alembic(project, database_url, *revisions, *merged)
        assert "(mergepoint)" in said
        assert "5 (head)" in said
    finally:
        alembic(project, database_url, "downgrade base")


@pytest.mark.slow
def test_the_database_is_a_file_unless_somebody_says_otherwise(project, monkeypatch):
    (project / "notes" / "models" / "test_note.py").write_text("1 / 0")
    monkeypatch.delenv("DATABASE_URL", raising=False)
    command = [sys.executable, "-m", "alembic", "revision", "--autogenerate", "-m", "first"]
    subprocess.run(command, cwd=project, check=True, capture_output=True)  # noqa: S603
    assert (project / "app.db").exists()


@pytest.mark.slow
def test_models_that_cannot_be_imported_are_reported(project):
    (project / "notes" / "models" / "broken.py").write_text("import no_such_module")
    told = alembic(project, "sqlite://", "check", fails=True)
    assert "notes.models.broken: ModuleNotFoundError: No module named 'no_such_module'" in told
    assert "Traceback" not in told


def test_the_program_starts_a_project(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["", "app.models", "--directory", str(tmp_path)])
    monkeypatch.delitem(sys.modules, "ftf.orm.migrations.__main__")
    runpy.run_module("ftf.orm.migrations", run_name="__main__")
    assert 'models="app.models"' in (tmp_path / "migrations" / "env.py").read_text()


def test_what_is_there_is_not_overwritten(project):
    before = (project / "alembic.ini").read_text()
    with pytest.raises(
        SystemExit, match=r"nothing is written, these files exist already: .*env\.py"
    ):
        main(["other.models", "--directory", str(project)])
    assert (project / "alembic.ini").read_text() == before
