"""`ftf shell --sandbox`: nothing that is written stays."""

MAIN = """
    import os
    from ftf.container import Container
    from ftf.orm import DatabaseProvider

    container = Container()
    container.add_provider(DatabaseProvider(os.environ["DATABASE_URL"]))
"""
WRITE = """
from ftf.orm import BaseRepository, transaction

class Posts(BaseRepository[Post]): ...

posts = Posts(session)
await posts.create(Post(id=1, title="x"))
async with transaction(session):
    await posts.create(Post(id=2, title="x"))
session.add(Post(id=3, title="x"))
await session.commit()
print(await posts.count())
"""


async def prepared(store):
    store.write("store/main.py", MAIN)
    store.write("pyproject.toml", '[tool.ftf]\napp = "store.main:container"\n')
    await store.run("db", "upgrade")
    return store


async def test_cli_35_writes_and_commits_in_a_sandbox_are_gone_afterwards(store):
    store = await prepared(store)
    for words in (("shell", "--sandbox"), ("--env", "production", "shell")):
        result = await store.run(*words, "-c", WRITE)
        assert (result.exit_code, result.stdout) == (0, "3\n"), result.stderr
        assert await store.fetch("SELECT id FROM cli_posts") == []
    result = await store.run("shell", "-c", WRITE)
    assert (result.exit_code, result.stdout) == (0, "3\n"), result.stderr
    assert await store.fetch("SELECT id FROM cli_posts ORDER BY id") == [1, 2, 3]


async def test_cli_35_production_is_written_to_only_if_it_is_meant(store):
    store = await prepared(store)
    refused = await store.run("--env", "production", "shell", "--no-sandbox", "-c", WRITE)
    assert refused.exit_code == 1
    assert "This is production" in refused.stderr
    both = await store.run("shell", "--sandbox", "--write", "-c", WRITE)
    assert both.exit_code == 2
    assert await store.fetch("SELECT id FROM cli_posts") == []
    written = await store.run("--env", "production", "shell", "--write", "-c", WRITE)
    assert written.exit_code == 0, written.stderr
    assert len(await store.fetch("SELECT id FROM cli_posts")) == 3


async def test_cli_35_an_application_without_a_database_has_no_sandbox(store):
    store.write("store/main.py", "from ftf.container import Container\ncontainer = Container()")
    store.write("pyproject.toml", '[tool.ftf]\napp = "store.main:container"\n')
    refused = await store.run("shell", "--sandbox", "-c", "1")
    assert refused.exit_code == 1
    assert "has nothing that could be rolled back" in refused.stderr
