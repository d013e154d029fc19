"""`ftf db fresh`: what it drops, and what it leaves alone."""

import pytest


async def test_cli_27_fresh_drops_everything_and_migrates(store):
    upgraded = await store.run("db", "upgrade")
    assert upgraded.exit_code == 0, upgraded.stderr
    await store.fetch("INSERT INTO cli_posts (id, title) VALUES (1, 'x')")
    await store.fetch("CREATE TABLE parents (id INTEGER PRIMARY KEY)")
    await store.fetch("CREATE TABLE children (id INTEGER REFERENCES parents)")
    await store.fetch("INSERT INTO parents VALUES (1)")
    await store.fetch("INSERT INTO children VALUES (1)")
    await store.fetch("CREATE VIEW titles AS SELECT title FROM cli_posts")
    result = await store.run("-v", "db", "fresh")
    assert result.exit_code == 0, result.stderr
    assert "dropped view titles" in result.stderr
    assert "which is now at 1" in result.stdout
    assert await store.tables() == {"cli_posts", "alembic_version"}
    assert await store.fetch("SELECT id FROM cli_posts") == []


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_cli_27_types_views_and_circles_go_and_other_schemas_and_extensions_stay(store):
    await store.run("db", "upgrade")
    for statement in (
        "CREATE TYPE mood AS ENUM ('good', 'bad')",
        "CREATE TABLE moods (id INTEGER PRIMARY KEY, mood mood)",
        "CREATE TABLE one (id INTEGER PRIMARY KEY, other INTEGER)",
        "CREATE TABLE two (id INTEGER PRIMARY KEY, other INTEGER REFERENCES one)",
        "ALTER TABLE one ADD FOREIGN KEY (other) REFERENCES two",
        "CREATE MATERIALIZED VIEW counted AS SELECT count(*) FROM moods",
        "CREATE SCHEMA other",
        "CREATE TABLE other.kept (id INTEGER)",
        "CREATE TABLE of_extension (id INTEGER)",
        "ALTER EXTENSION plpgsql ADD TABLE of_extension",
    ):
        await store.fetch(statement)
    result = await store.run("--json", "db", "fresh")
    assert result.exit_code == 0, result.stderr
    assert {"type mood", "table one", "materialized view counted"} <= {*result.json["dropped"]}
    assert await store.tables() == {"cli_posts", "alembic_version", "of_extension"}
    assert await store.fetch("SELECT typname FROM pg_type WHERE typname = 'mood'") == []
    assert await store.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'other'") == [
        "kept"
    ]
    await store.fetch("ALTER EXTENSION plpgsql DROP TABLE of_extension")
    await store.fetch("DROP SCHEMA other CASCADE")


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_cli_27_a_schema_of_the_models_is_emptied_too(store):
    schema = '__tablename__ = "cli_posts"\n    __table_args__ = {"schema": "blog"}'
    models = store.root / "store" / "models.py"
    models.write_text(models.read_text().replace('__tablename__ = "cli_posts"', schema))
    await store.fetch("CREATE SCHEMA blog")
    await store.fetch("CREATE TABLE blog.posts (id INTEGER)")
    await store.fetch("CREATE TABLE posts (id INTEGER)")
    result = await store.run("db", "fresh")
    assert result.exit_code == 0, result.stderr
    assert await store.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'blog'") == []
    await store.fetch("DROP SCHEMA blog")
    assert await store.tables() == {"cli_posts", "alembic_version"}


SEEDER = """
    from ftf.orm import BaseRepository, Seeder
    from store.models import Post

    class Posts(BaseRepository[Post]): ...

    class PostSeeder(Seeder):
        def __init__(self, posts: Posts) -> None:
            self.posts = posts
        async def run(self) -> None:
            await self.posts.create(Post(id=7, title="new"))
"""


async def test_fresh_runs_the_seeders_if_it_is_asked_to(store):
    store.write("store/seeders/__init__.py", SEEDER)
    await store.run("db", "upgrade")
    await store.fetch("INSERT INTO cli_posts (id, title) VALUES (1, 'x')")
    result = await store.run("--json", "db", "fresh", "--seed")
    assert result.exit_code == 0, result.stderr
    assert [each["name"] for each in result.json["seeders"]] == ["PostSeeder"]
    assert result.json["current"] == ["1"]
    assert await store.fetch("SELECT id FROM cli_posts") == [7]


async def test_fresh_with_seeders_needs_an_application(store):
    store.write("pyproject.toml", '[tool.ftf]\nmodels = "store.models"\n')
    result = await store.run("db", "fresh", "--seed")
    assert result.exit_code == 1
    assert "name it in [tool.ftf] app" in result.stderr
