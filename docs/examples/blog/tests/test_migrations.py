"""The blog's migrations: the four checks that pytest-alembic makes, by Alembic alone."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory


def test_there_is_one_newest_migration(migrations: Config) -> None:
    assert len(ScriptDirectory.from_config(migrations).get_heads()) == 1


def test_every_migration_goes_up_and_down_and_up_again(migrations: Config) -> None:
    for script in reversed(list(ScriptDirectory.from_config(migrations).walk_revisions())):
        command.upgrade(migrations, script.revision)
        command.downgrade(migrations, "-1")
        command.upgrade(migrations, script.revision)


def test_the_migrations_make_what_the_models_say(migrations: Config) -> None:
    command.upgrade(migrations, "head")
    command.check(migrations)


def test_a_comparison_that_finds_nothing_writes_no_file(migrations: Config) -> None:
    command.upgrade(migrations, "head")
    before = set(Path(__file__).parents[1].joinpath("migrations").rglob("*.py"))
    command.revision(migrations, "nothing", autogenerate=True)
    assert set(Path(__file__).parents[1].joinpath("migrations").rglob("*.py")) == before
