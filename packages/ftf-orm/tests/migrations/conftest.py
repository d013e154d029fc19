import pytest
from alembic import command
from alembic.config import Config
from database import bare_url

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


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request, tmp_path) -> str:
    """The URL of a database without tables, of each kind in turn."""
    return bare_url(request, tmp_path)


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
