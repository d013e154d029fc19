"""`ftf db seed`."""

import pytest

SEEDERS = """
    from sqlalchemy.ext.asyncio import AsyncSession
    from ftf.orm import BaseRepository, Seeder
    from store.models import Post

    class Posts(BaseRepository[Post]): ...

    class TagSeeder(Seeder):
        environments = Seeder.ALL
        def __init__(self, posts: Posts) -> None:
            self.posts = posts
        async def run(self) -> None:
            await self.posts.first_or_create({Post.id: 1}, {"title": "tag"})

    class PostSeeder(TagSeeder):
        after = (TagSeeder,)
        environments = Seeder.LOCAL
        async def run(self) -> None:
            value = str(self.random.random())
            await self.posts.first_or_create({Post.id: 2}, {"title": value})

    class FailingSeeder(TagSeeder):
        after = (PostSeeder,)
        async def run(self) -> None:
            await self.posts.create(Post(id=3, title="lost"))
            raise ValueError("no")
"""


@pytest.fixture
async def seeded(store):
    store.write("store/seeders/__init__.py", "")
    store.write("store/seeders/all.py", SEEDERS)
    await store.run("db", "upgrade")
    return store


async def test_cli_30_seeders_run_with_those_that_they_come_after(seeded):
    assert (await seeded.run("db", "seed", "Post", "--dry-run")).stdout == "TagSeeder\nPostSeeder\n"
    assert await seeded.fetch("SELECT id FROM cli_posts") == []
    result = await seeded.run("db", "seed", "PostSeeder")
    assert result.exit_code == 0, result.stderr
    assert [line.split()[0] for line in result.stdout.splitlines()] == ["TagSeeder", "PostSeeder"]
    assert [line.count("cli_posts 1") for line in result.stdout.splitlines()] == [1, 1]
    again = await seeded.run("db", "seed", "TagSeeder")
    assert "nothing new" in again.stdout
    assert len(await seeded.fetch("SELECT id FROM cli_posts")) == 2
    assert (await seeded.run("db", "seed", "Post", "--only", "--dry-run")).stdout == "PostSeeder\n"


async def test_cli_30_an_unknown_seeder_suggests_the_nearest(seeded):
    result = await seeded.run("db", "seed", "PostSeder")
    assert result.exit_code == 2
    assert "There is no seeder PostSeder. Did you mean PostSeeder?" in result.stderr
    assert (
        "Known are FailingSeeder, PostSeeder, TagSeeder"
        in (await seeded.run("db", "seed", "x")).stderr
    )


async def test_cli_32_the_first_failure_stops_and_says_what_is_stored(seeded):
    result = await seeded.run("--json", "db", "seed")
    assert result.exit_code == 1
    assert "FailingSeeder failed with ValueError('no'), and stored nothing" in result.stderr
    assert "stored before it: TagSeeder, PostSeeder" in result.stderr
    assert [each["name"] for each in result.json["seeders"]] == ["TagSeeder", "PostSeeder"]
    assert {*await seeded.fetch("SELECT id FROM cli_posts")} == {1, 2}


async def test_a_database_seeder_is_the_one_that_runs(seeded):
    seeded.write(
        "store/seeders/first.py",
        """
        from store.seeders.all import TagSeeder
        class DatabaseSeeder(TagSeeder):
            after = (TagSeeder,)
    """,
    )
    assert (await seeded.run("db", "seed", "--dry-run")).stdout == "TagSeeder\nDatabaseSeeder\n"


async def test_cli_33_production_runs_what_is_for_it_and_lists_the_rest(seeded, monkeypatch):
    monkeypatch.setenv("FTF_ENV", "production")
    result = await seeded.run("db", "seed", "Post")
    assert result.exit_code == 0
    assert "PostSeeder is left out: it is not for production" in result.stderr
    assert await seeded.fetch("SELECT id FROM cli_posts") == [1]
    forced = await seeded.run("db", "seed", "Post", "--force")
    assert forced.exit_code == 1
    assert "there is no terminal to ask" in forced.stderr
    name = (
        "test.db"
        if "sqlite" in seeded.url
        else (await seeded.fetch("SELECT current_database()"))[0]
    )
    forced = await seeded.run("db", "seed", "Post", "--force", "--database", str(name))
    assert forced.exit_code == 0
    assert {*await seeded.fetch("SELECT id FROM cli_posts")} == {1, 2}


async def test_cli_33_the_same_seed_makes_the_same_values(seeded):
    titles = []
    for _ in range(2):
        await seeded.run("db", "fresh")
        await seeded.run("db", "seed", "Post", "--seed", "7")
        titles.append(await seeded.fetch("SELECT title FROM cli_posts WHERE id = 2"))
    assert titles[0] == titles[1]


async def test_a_project_without_seeders_says_how_to_write_one(store):
    result = await store.run("db", "seed")
    assert result.exit_code == 2
    assert "There is no seeder in store.seeders: write one by `ftf make seeder`" in result.stderr
    assert "Known are none" in (await store.run("db", "seed", "x")).stderr


async def test_seeders_that_cannot_be_imported_are_listed(store):
    store.write("store/seeders/broken.py", "import not_installed")
    result = await store.run("db", "seed")
    assert result.exit_code == 1
    assert "seeders cannot be imported" in result.stderr
    assert "No module named 'not_installed'" in result.stderr


async def test_cli_9_the_names_of_laravel_s_commands_are_understood(seeded):
    made = await seeded.run("make:model", "Tag", "name:str")
    assert made.exit_code == 0, made.stderr
    assert "class Tag(Base):" in (seeded.root / "store" / "models" / "tag.py").read_text()
    result = await seeded.run("db:seed", "Tag")
    assert result.exit_code == 0, result.stderr
    assert await seeded.fetch("SELECT id FROM cli_posts") == [1]


COUNTING = """
    from ftf.orm import Seeder

    class CountingSeeder(Seeder):
        rows = 2000
        async def run(self) -> None:
            for _ in range(2):
                self.wrote(1000)
"""


async def test_a_long_seeder_shows_how_many_rows_it_has_written(seeded, monkeypatch):
    seeded.write("store/seeders/counting.py", COUNTING)
    monkeypatch.setattr("ftf.container.cli._progress._SECONDS_ELSEWHERE", -1.0)
    result = await seeded.run("db", "seed", "Counting")
    assert result.exit_code == 0, result.stderr
    shown = [line.partition(" left")[0] for line in result.stderr.splitlines()]
    assert [line.rpartition(",")[0] for line in shown[:1]] == [
        "CountingSeeder (1 of 1), rows: 1,000 of 2,000, 50%"
    ]
    assert shown[-1] == "CountingSeeder (1 of 1), rows: 2,000 of 2,000, 100%"
    quiet = await seeded.run("-q", "db", "seed", "Counting")
    assert quiet.stderr == ""
