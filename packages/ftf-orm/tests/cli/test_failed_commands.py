"""What a command that fails leaves in the database, as the page on the command line says."""

import pytest

MAIN = """
    import os
    from collections.abc import AsyncIterator
    from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
    from ftf.container import Container, UnitsOfWork
    from ftf.orm import DatabaseProvider

    class UnitSession(AsyncSession): ...

    async def open_unit(
        factory: async_sessionmaker[AsyncSession], units: UnitsOfWork
    ) -> AsyncIterator[UnitSession]:
        async with factory() as session:
            units.add(session)
            yield session

    container = Container()
    container.add_provider(DatabaseProvider(os.environ["DATABASE_URL"]))
    container.register(UnitSession, open_unit, scope="scoped")
"""
WRITE = """
    from sqlalchemy.ext.asyncio import AsyncSession
    from ftf.container.cli import Exit
    from ftf.orm import BaseRepository, transaction
    from store.main import UnitSession
    from store.models import Post

    class Posts(BaseRepository[Post]): ...

    async def write(
        how: str, code: int, *, posts: Posts, session: AsyncSession, unit: UnitSession
    ) -> int:
        if how == "repository":
            await posts.create(Post(id=1, title="x"))
        if how == "unit":
            unit.add(Post(id=1, title="x"))
        if how == "transaction":
            async with transaction(session):
                await posts.create(Post(id=1, title="x"))
                end(code)
        return end(code)

    def end(code: int) -> int:
        if code == 3:
            raise ValueError("no")
        if code == 4:
            raise Exit("no", code=4)
        return code
"""


@pytest.mark.parametrize("how", ["repository", "transaction", "unit"])
async def test_cli_14_units_of_work_of_a_failed_command_leave_nothing(store, how):
    store.write("store/main.py", MAIN)
    store.write("pyproject.toml", '[tool.ftf]\napp = "store.main:container"\n')
    store.write("store/commands/write.py", WRITE)
    await store.run("db", "upgrade")
    for code in (0, 1, 3, 4):
        result = await store.run("write", how, str(code))
        assert result.exit_code == (1 if code == 3 else code), result.stderr
        # A write of a repository is committed when its method returns; a transaction by its block.
        stays = code == 0 or how == "repository" or (how == "transaction" and code == 1)
        assert await store.fetch("SELECT id FROM cli_posts") == ([1] if stays else [])
        await store.fetch("DELETE FROM cli_posts")
