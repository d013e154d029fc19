from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config

from ftf.orm.migrations.__main__ import main

ENVIRONMENT = """
from bookshop import Model
from ftf.orm.migrations import run_migrations

run_migrations(Model.metadata, {url!r})
"""
TEMPLATE = '''"""${message}"""
import sqlalchemy as sa
from alembic import op
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}

def upgrade():
    ${upgrades if upgrades else "pass"}

def downgrade():
    ${downgrades if downgrades else "pass"}
'''

MODELS = """
from sqlalchemy.orm import Mapped, mapped_column

from ftf.orm import Base, Timestamps


class Note(Timestamps, Base):
    __tablename__ = "scaffolded_notes"
    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(unique=True)
"""


@pytest.fixture
def project(tmp_path, database_url):
    """A project with a first migration made by Alembic, not yet run."""
    folder = tmp_path / "migrations"
    (folder / "versions").mkdir(parents=True)
    (folder / "env.py").write_text(ENVIRONMENT.format(url=database_url))
    (folder / "script.py.mako").write_text(TEMPLATE)
    config = Config()
    config.set_main_option("script_location", str(folder))
    command.revision(config, "first", autogenerate=True, rev_id="1")
    yield config
    command.downgrade(config, "base")


@pytest.fixture
def scaffolded(tmp_path, capsys) -> Path:
    models = tmp_path / "notes" / "models"
    models.mkdir(parents=True)
    (tmp_path / "notes" / "__init__.py").touch()
    (models / "__init__.py").touch()
    (models / "note.py").write_text(MODELS)
    main(["notes.models", "--directory", str(tmp_path)])
    assert capsys.readouterr().out.startswith(f"Wrote {tmp_path}")
    return tmp_path
