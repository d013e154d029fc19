"""`ftf db upgrade`, `status`, `check`, `downgrade` and `ftf make migration`."""

import pytest

pytestmark = pytest.mark.usefixtures("folder")


async def test_cli_25_upgrade_applies_what_is_pending_and_says_so(store):
    result = await store.run("db", "upgrade")
    assert (result.exit_code, result.stdout) == (0, "applied 1  posts\n")
    assert await store.tables() == {"cli_posts", "alembic_version"}
    again = await store.run("db", "upgrade")
    assert again.stdout == "Nothing to do: the database is at 1.\n"
    assert (await store.run("--json", "db", "upgrade")).json["applied"] == []


async def test_cli_25_upgrade_writes_sql_and_takes_values_for_env(store, tmp_path):
    result = await store.run("db", "upgrade", "--sql")
    assert result.exit_code == 0
    assert "CREATE TABLE cli_posts" in result.stdout
    assert "cli_posts" not in await store.tables()
    other = tmp_path / "project" / "other.db"
    await store.run("db", "upgrade", "-x", f"url=sqlite+aiosqlite:///{other}")
    assert other.exists()
    assert "cli_posts" not in await store.tables()


async def test_cli_25_alembic_may_be_configured_in_pyproject(store):
    (store.root / "alembic.ini").unlink()
    settings = (
        '[tool.ftf]\napp = "store.main:create_app()"\nalembic = "pyproject.toml"\n'
        '[tool.alembic]\nscript_location = "%(here)s/migrations"\n'
    )
    store.write("pyproject.toml", settings)
    assert (await store.run("db", "upgrade")).exit_code == 0


async def test_cli_26_status_is_1_while_migrations_are_pending(store):
    if "sqlite" in store.url:
        missing = await store.run("db", "status")
        assert missing.exit_code == 1
        assert "test.db does not exist: create it by `ftf db upgrade`" in missing.stderr
        assert not (store.root / "test.db").exists()
        await store.fetch("CREATE TABLE unrelated (id INTEGER)")
    pending = await store.run("db", "status")
    assert pending.exit_code == 1
    assert pending.stdout == "database: base\nnewest:   1\npending:  1  posts\n"
    assert "apply them by `ftf db upgrade`" in pending.stderr
    assert "alembic_version" not in await store.tables()
    await store.run("db", "upgrade")
    current = await store.run("--json", "db", "status")
    assert current.exit_code == 0
    assert current.json["pending"] == []


async def test_cli_26_a_database_that_cannot_be_reached_is_1_with_the_reason(store, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql+asyncpg://ann:secret@127.0.0.1:1/x")
    result = await store.run("db", "status")
    assert result.exit_code == 1
    assert "The database cannot be reached" in result.stderr
    assert "secret" not in result.stderr
    monkeypatch.setenv("DATABASE_URL", "")
    ini = store.root / "alembic.ini"
    ini.write_text(ini.read_text().replace("sqlalchemy.url = sqlite:///app.db", ""))
    refused = await store.run("db", "status")
    assert refused.exit_code == 1
    assert "no database to migrate" in refused.stderr


async def test_a_database_that_refuses_is_an_error_without_a_traceback(store):
    store.write(
        "migrations/versions/1_posts.py",
        """
        revision, down_revision = "1", None
        def upgrade():
            from alembic import op
            op.execute("SELECT nonsense FROM nowhere")
    """,
    )
    result = await store.run("db", "upgrade")
    assert result.exit_code == 1
    assert "The database refused" in result.stderr
    assert "nowhere" in result.stderr
    assert "Traceback" not in result.stderr


async def test_what_is_missing_for_alembic_is_named(store):
    env = store.root / "migrations" / "env.py"
    env.write_text("")
    result = await store.run("db", "status")
    assert result.exit_code == 1
    assert "env.py ran no migrations: call run_migrations in it" in result.stderr
    (store.root / "alembic.ini").unlink()
    result = await store.run("db", "status")
    assert result.exit_code == 2
    assert "write it by `python -m ftf.orm.migrations MODELS`" in result.stderr


async def test_downgrade_takes_the_last_migration_back(store):
    if "sqlite" in store.url:
        await store.fetch("SELECT 1")
    assert "Nothing to do" in (await store.run("db", "downgrade")).stdout
    await store.run("db", "upgrade")
    assert "DROP TABLE cli_posts" in (await store.run("db", "downgrade", "1:base", "--sql")).stdout
    result = await store.run("db", "downgrade")
    assert (result.exit_code, result.stdout) == (0, "took back 1  posts\n")
    assert "cli_posts" not in await store.tables()


async def test_check_shows_how_models_and_database_differ(store):
    await store.fetch("SELECT 1")
    behind = await store.run("db", "check")
    assert behind.exit_code == 1
    assert "Migrations are pending" in behind.stderr
    await store.run("db", "upgrade")
    assert (await store.run("db", "check")).stdout == "The models match the database.\n"
    await store.fetch("ALTER TABLE cli_posts ADD COLUMN old INTEGER")
    await store.fetch("CREATE TABLE leftover (id INTEGER)")
    result = await store.run("--json", "db", "check")
    assert result.exit_code == 1
    assert {*result.json["differences"]} == {"drop table leftover", "drop column cli_posts.old"}
    store.write("migrations/env.py", "raise OSError('gone')")
    assert "cannot be reached: gone" in (await store.run("db", "check")).stderr


async def test_check_reports_a_failure_of_the_comparison(store, monkeypatch):
    await store.run("db", "upgrade")

    def fail(_: object) -> None:
        raise OSError("gone")

    monkeypatch.setattr("alembic.command.check", fail)
    assert "cannot be reached: gone" in (await store.run("db", "check")).stderr


async def test_cli_24_make_migration_writes_what_differs_and_lists_it(store):
    first = await store.run("make", "migration", "first")
    assert first.exit_code == 1
    assert "Migrations are pending: apply them by `ftf db upgrade` first" in first.stderr
    await store.run("db", "upgrade")
    same = await store.run("make", "migration", "nothing")
    assert same.exit_code == 0
    assert same.stdout == "The models match the database: no migration is written.\n"
    await store.fetch("CREATE TABLE leftover (id INTEGER)")
    await store.fetch("CREATE INDEX ix_leftover ON leftover (id)")
    await store.fetch("ALTER TABLE cli_posts ADD COLUMN old INTEGER")
    kept = await store.run("make", "migration", "kept", "--no-drops")
    assert "no migration is written" in kept.stdout
    made = await store.run("make", "migration", "drop_leftover")
    assert made.exit_code == 0
    assert "drop table leftover" in made.stdout
    assert "drop column cli_posts.old" in made.stdout
    (file,) = (store.root / "migrations" / "versions").glob("*drop_leftover.py")
    assert "drop_table('leftover')" in file.read_text()
    empty = await store.run("make", "migration", "by_hand", "--empty")
    assert empty.exit_code == 0
    assert [*(store.root / "migrations" / "versions").glob("*by_hand.py")]


async def test_cli_24_several_heads_are_named(store):
    for number in "23":
        text = f'revision, down_revision = "{number}", "1"\ndef upgrade(): ...\n'
        store.write(f"migrations/versions/{number}.py", text)
    result = await store.run("make", "migration", "next")
    assert result.exit_code == 1
    assert "There are several heads, 2, 3: merge them by `alembic merge heads`" in result.stderr
    assert "Multiple head revisions" in (await store.run("db", "upgrade")).stderr
