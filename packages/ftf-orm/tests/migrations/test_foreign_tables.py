"""Tables that something else migrates, and those of jobs, which the application does."""

from pathlib import Path

import pytest
from alembic import command
from database import execute, tables

ENVIRONMENT = """
from bookshop import Model
from ftf.orm.jobs import add_job_tables
from ftf.orm.migrations import run_migrations

metadata = type(Model.metadata)(naming_convention=Model.metadata.naming_convention)
for table in Model.metadata.sorted_tables:
    table.to_metadata(metadata)
{tables}
run_migrations(metadata, {url!r}, {options})
"""
JOBS = {"ftf_failed_jobs", "ftf_jobs", "ftf_processed", "ftf_schedules"}
FOREIGN = ("pgqueuer", "pgqueuer_log", "spatial_ref_sys", "weather")


@pytest.fixture
def environment(project, tmp_path, database_url):
    def write(*, tables: str = "", options: str = "") -> None:
        text = ENVIRONMENT.format(tables=tables, url=database_url, options=options)
        (tmp_path / "migrations" / "env.py").write_text(text)

    command.upgrade(project, "head")
    yield write
    for table in FOREIGN:
        execute(database_url, f"DROP TABLE IF EXISTS {table}")


def test_job_105_tables_that_something_else_migrates_are_not_dropped(
    project, environment, database_url
):
    for table in FOREIGN:
        execute(database_url, f"CREATE TABLE {table} (id INTEGER)")
    environment(options='foreign_tables=["spatial_*", "weather"]')
    assert command.revision(project, "next", autogenerate=True) == []
    command.check(project)
    environment(options='foreign_tables=["spatial_*"]')
    script = command.revision(project, "next", autogenerate=True)
    text = Path(script.path).read_text()
    assert text.count("op.drop_table") == 1
    assert "op.drop_table('weather')" in text


def test_job_105_the_tables_of_jobs_are_migrated_with_those_of_the_application(
    project, environment, database_url
):
    environment(tables="add_job_tables(metadata); add_job_tables(metadata)")
    script = command.revision(project, "jobs", autogenerate=True)
    command.upgrade(project, "head")
    assert tables(database_url) >= JOBS
    assert "ftf.orm" not in Path(script.path).read_text()
    assert command.revision(project, "next", autogenerate=True) == []
    command.check(project)
    command.downgrade(project, "-1")
    assert not tables(database_url) & JOBS
    environment()


def test_foreign_tables_are_several_names(project, environment):
    environment(options='foreign_tables="weather"')
    with pytest.raises(TypeError, match=r"must be several names, not one: \['weather'\]"):
        command.check(project)
    environment()
