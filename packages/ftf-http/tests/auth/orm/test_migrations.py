"""The tables of logins are migrated like any other: by autogenerate."""

from io import StringIO

import pytest
from accounts_schema import User
from alembic import command
from alembic.config import Config
from sqlalchemy import true

ENVIRONMENT = """
from accounts_schema import AccountsBase
from ftf.orm.migrations import run_migrations

run_migrations(AccountsBase.metadata, {url!r})
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


@pytest.fixture
def project(tmp_path):
    folder = tmp_path / "migrations"
    (folder / "versions").mkdir(parents=True)
    (folder / "env.py").write_text(ENVIRONMENT.format(url=f"sqlite:///{tmp_path}/auth.db"))
    (folder / "script.py.mako").write_text(TEMPLATE)
    config = Config(stdout=StringIO())
    config.set_main_option("script_location", str(folder))
    return config


def test_autogenerate_makes_the_tables_once(project):
    command.revision(project, "first", autogenerate=True, rev_id="1")
    command.upgrade(project, "head")
    command.revision(project, "second", autogenerate=True, rev_id="2")
    assert "The models match the database" in project.stdout.getvalue()


def test_columns_for_users_from_before_have_values():
    columns = User.__table__.c
    assert columns.auth_version.server_default.arg == "1"
    assert columns.is_active.server_default.arg.compare(true())
    assert columns.password_hash.nullable
    assert columns.verified_at.nullable
