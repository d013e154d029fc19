"""Checks of a project's migrations."""

import pytest
from database_project import MODELS

ENV = """
from alembic import context
from models import Base
from ftf.orm.migrations import run_migrations

run_migrations(Base.metadata, "sqlite:///production.db")
"""
PLAIN_ENV = """
import asyncio
from logging.config import fileConfig
from alembic import context
from models import Base
from sqlalchemy import pool
from sqlalchemy.ext.asyncio import async_engine_from_config

config = context.config
fileConfig(config.config_file_name)

def migrate(connection):
    context.configure(connection=connection, target_metadata=Base.metadata)
    with context.begin_transaction():
        context.run_migrations()

async def run():
    section = config.get_section(config.config_ini_section, {})
    engine = async_engine_from_config(section, "sqlalchemy.", poolclass=pool.NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(migrate)
    await engine.dispose()

asyncio.run(run())
"""
OTHER_ENV = """
from alembic import context
context.config.cmd_opts = None
"""
FIRST = """
import sqlalchemy as sa
from alembic import op
revision, down_revision = "1", None

def upgrade():
    op.create_table(
        "users",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("email", sa.String(), nullable=False, unique=True),
    )

def downgrade():
    op.drop_table("users")
"""
SECOND = """
import sqlalchemy as sa
from alembic import op
revision, down_revision = "2", "1"

def upgrade():
    op.create_table(
        "posts",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("author_id", sa.Integer(), sa.ForeignKey("users.id"), nullable=False),
    )

def downgrade():
    op.drop_table("posts")
"""
USE = """
@twice
async def test_rolled_back(db_session, turn):
    assert await count(db_session) == await count(db_session, Post) == 0
    db_session.add(User(email="ada@example.com"))
    await db_session.commit()

@twice
async def test_committing(committing_db, turn):
    async with committing_db.begin() as session:
        assert await count(session) == 0
        session.add(User(email="ada@example.com"))
        version = await session.scalar(text("SELECT * FROM alembic_version"))
        assert version == "2"
"""
CHECK = "def test_migrations(migrations):\n    migrations.check()\n"


@pytest.fixture
def check(project, run):
    """Check a project's migrations, and run whatever else it has."""

    def check(
        first: str = FIRST, second: str = SECOND, env: str = ENV, code: str = CHECK
    ) -> pytest.RunResult:
        versions = project.path / "migrations" / "versions"
        versions.mkdir(parents=True, exist_ok=True)
        versions.with_name("env.py").write_text(env)
        (versions / "1.py").write_text(first)
        (versions / "2.py").write_text(second)
        settings = "[alembic]\nscript_location = migrations\npath_separator = os\n"
        project.path.joinpath("alembic.ini").write_text(settings)
        return run(code, "-o", "ftf_alembic=alembic.ini", "-o", "ftf_metadata=")

    return check


@pytest.mark.parametrize("env", [ENV, PLAIN_ENV])
def test_good_migrations_pass_and_make_the_database_of_the_tests(check, project, env):
    check(env=env, code=CHECK + USE).assert_outcomes(passed=5)
    assert not list(project.path.glob("*.db"))


def test_branches_may_meet_and_the_version_be_kept_elsewhere(check, project):
    versions = project.path / "migrations" / "versions"
    versions.mkdir(parents=True)
    for name, after in {"other": "'1'", "merge": "('2', 'other')"}.items():
        (versions / f"{name}.py").write_text(
            f"revision, down_revision = {name!r}, {after}\n"
            "def upgrade(): ...\n\ndef downgrade(): ...\n"
        )
    env = PLAIN_ENV.replace("metadata=Base.metadata", "metadata=Base.metadata, version_table='own'")
    code = CHECK + USE.replace("alembic_version", "own").replace('== "2"', '== "merge"')
    check(env=env, code=code).assert_outcomes(passed=5)


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        ('"2", "1"', '"2", None', "there are 2 newest migrations (1, 2)*alembic merge heads*"),
        (
            'op.drop_table("posts")',
            "1 / 0",
            "the downgrade of *2.py has failed: ZeroDivision*",
        ),
        ('op.drop_table("posts")', "pass", "the upgrade of *2.py has failed: *posts*"),
        ("sa.String()", "sa.Integer()", "the models differ from the migrations*title*"),
        (
            "def upgrade():",
            "def upgrade():\n    op.execute('CREATE TABLE IF NOT EXISTS rest (id INTEGER)')\n",
            "downgraded to base, there are still tables (rest)",
        ),
    ],
)
def test_a_fault_is_told(check, right, wrong, message):
    result = check(second=SECOND.replace(right, wrong))
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([f"E *AssertionError: {message}"])


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        (
            "sa.String(), nullable=False)",
            "sa.String(), nullable=False, server_default='none')",
            "column posts.title: * DEFAULT *none* by the migrations, * NOT NULL by the models",
        ),
        (
            'sa.Column("title"',
            'sa.CheckConstraint("length(title) > 3", name="long"), sa.Column("title"',
            "check long of posts: *title* by the migrations, missing by the models",
        ),
    ],
)
def test_a_difference_that_alembic_does_not_see_is_told(check, right, wrong, message):
    result = check(second=SECOND.replace(right, wrong), env=PLAIN_ENV)
    result.assert_outcomes(failed=1)
    lines = ["E *AssertionError: the tables of the migrations differ from those of create_all*"]
    result.stdout.fnmatch_lines([*lines, f"E *{message}"])


def test_every_kind_of_a_table_s_parts_may_be_the_same(check, project):
    project.path.joinpath("models.py").write_text(
        MODELS
        + """
from sqlalchemy import Boolean, CheckConstraint, Column, Computed, Index, Integer, String, Table
from sqlalchemy import func, text, true

Table(
    "parts", Base.metadata, Column("id", Integer, primary_key=True),
    Column("name", String(9), CheckConstraint("length(name) > 2", name="long"), unique=True),
    Column("on", Boolean, server_default=true()), Column("text", String(20)),
    Column("twice", Integer, Computed("id * 2", persisted=True)),
    Index("lowered", func.lower(text("name")), unique=True), Index("plain", "name", "text"),
)
"""
    )
    third = """
import sqlalchemy as sa
from alembic import op
revision, down_revision = "3", "2"

def upgrade():
    op.create_table(
        "parts",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.String(9), unique=True),
        sa.Column("on", sa.Boolean(), server_default=sa.text("true")),
        sa.Column("twice", sa.Integer(), sa.Computed("id * 2", persisted=True)),
        sa.Column("text", sa.String(20)),
        sa.CheckConstraint("length( name )>2", name="long"),
    )
    op.create_index("lowered", "parts", [sa.text("lower(name)")], unique=True)
    op.create_index("plain", "parts", ["name", "text"])

def downgrade():
    op.drop_table("parts")
"""
    versions = project.path / "migrations" / "versions"
    versions.mkdir(parents=True)
    (versions / "3.py").write_text(third)
    check().assert_outcomes(passed=1)


def test_models_that_cannot_be_made_are_told(check, project):
    broken = (
        "from sqlalchemy import Column, Integer, Table\n"
        "Table('odd', Base.metadata, Column('id', Integer, ForeignKey('gone.id')))\n"
    )
    project.path.joinpath("models.py").write_text(MODELS + broken)
    code = "def test_migrations(migrations):\n    migrations.assert_makes_the_tables()\n"
    result = check(env=PLAIN_ENV, code=code)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["E *AssertionError: create_all cannot make the tables *(NoReferencedTableError: *"]
    )


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_tables_of_several_metadata_and_of_schemas_are_compared(check):
    more = (
        "from sqlalchemy import Column, Integer, MetaData, Table\n"
        "other = MetaData()\n"
        "Table('goods', other, Column('id', Integer, primary_key=True), schema='stock')\n"
    )
    env = PLAIN_ENV.replace("config =", more + "config =", 1).replace(
        "target_metadata=Base.metadata",
        "target_metadata=[Base.metadata, other], include_schemas=True",
    )
    second = SECOND.replace(
        "def upgrade():",
        "def upgrade():\n    op.execute('CREATE SCHEMA stock')\n"
        "    op.create_table('goods', sa.Column('id', sa.Integer, primary_key=True), "
        "schema='stock')\n",
    ).replace("def downgrade():", "def downgrade():\n    op.execute('DROP SCHEMA stock CASCADE')")
    check(env=env, second=second).assert_outcomes(passed=1)


@pytest.mark.parametrize("code", [CHECK, "async def test_session(db_session): ..."])
def test_migrations_that_go_to_another_database_are_stopped(check, code, project):
    result = check(env=OTHER_ENV + ENV, code=code)
    assert result.parseoutcomes().keys() & {"failed", "errors"}
    result.stdout.fnmatch_lines(
        ["*a library connects to production.db, which is not the test's database: env.py *"]
    )
    assert not project.path.joinpath("production.db").exists()


def test_migrations_that_go_nowhere_are_told(check):
    result = check(env="", code="async def test_session(db_session): ...")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        ["the migrations have not made any table in the test's database: env.py has to use *"]
    )


def test_migrations_that_are_not_found_are_told(run, project):
    project.path.joinpath("alembic.ini").write_text(
        "[alembic]\nscript_location = nowhere\npath_separator = os\n"
    )
    code = CHECK + "async def test_session(db_session): ..."
    result = run(code, "-o", "ftf_alembic=alembic.ini")
    result.assert_outcomes(errors=2)
    result.stdout.fnmatch_lines(["*alembic.ini: *nowhere*script_location is looked up in *(here)*"])
    result.stdout.no_fnmatch_line("*_alembic.py*")


def test_without_their_file_the_setting_is_named(run):
    result = run(CHECK)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["the migrations are unknown: set the ini option ftf_alembic*"])
