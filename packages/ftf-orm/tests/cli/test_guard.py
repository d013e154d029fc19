"""The guard of commands that destroy data, as its table."""

from pathlib import Path

import pytest

from ftf.container.cli import Console, Exit, Project
from ftf.container.environment import Environment
from ftf.orm.cli import DatabaseFacts, permit

ROOT = Path("/srv/shop")
PLACES = {
    "in the project": DatabaseFacts("shop.db", "", ROOT / "shop.db", 3),
    "in memory": DatabaseFacts(":memory:", "", None, 0),
    "loopback": DatabaseFacts("shop", "127.0.0.1", None, 3),
    "socket": DatabaseFacts("shop", "/run/postgresql", None, 3),
    "disposable": DatabaseFacts("test_1", "db.example.com", None, 3),
    "outside": DatabaseFacts("shop.db", "", Path("/data/shop.db"), 3),
    "remote": DatabaseFacts("shop", "db.example.com", None, 3),
    "both": DatabaseFacts("shop", "localhost,db.example.com", None, 3),
}
HARMLESS = ("in the project", "in memory", "loopback", "socket", "disposable")


class Terminal(Console):
    """A console whose terminal types an answer; without one, there is no terminal."""

    def __init__(self, typed: str | None) -> None:
        super().__init__(quiet=True)
        self.typed = typed
        self.asked = False

    @property
    def can_ask(self) -> bool:
        return self.typed is not None

    def ask(self, text: str, *, flag: str, hidden: bool = False) -> str:
        self.asked = True
        return self.typed or ""


def outcome(
    place: str, environment: Environment, typed: str | None, flags: str
) -> tuple[bool, bool, str]:
    """Return whether it is permitted, whether the name was asked for, and the error."""
    facts, console = PLACES[place], Terminal(typed)
    database = {"name": facts.name, "wrong": "other"}.get(flags.partition("+")[2])
    project = Project(ROOT, {"disposable": ["test_*"]})
    try:
        permit(
            facts,
            project,
            environment,
            console,
            force=flags.startswith("force"),
            database=database,
        )
    except Exit as end:
        return False, console.asked, f"{end} [{end.code}]"
    return True, console.asked, ""


FLAGS = ["", "force", "force+name", "force+wrong", "+name"]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("environment", Environment)
@pytest.mark.parametrize("flags", FLAGS)
def test_cli_28_the_guard_asks_where_data_may_be_lost_that_counts(place, environment, flags):
    named = PLACES[place].name
    for typed in (named, "wrong", "", None):
        permitted, asked, error = outcome(place, environment, typed, flags)
        if environment.is_local and place in HARMLESS:
            assert (permitted, asked) == (True, False)
        elif flags in {"force+name", "force+wrong"}:
            assert (permitted, asked) == (flags == "force+name", False)
        elif environment is Environment.PRODUCTION and not flags.startswith("force"):
            assert (permitted, asked) == (False, False)
            assert f"--force --database {named}" in error
        elif typed is None:
            assert (permitted, asked) == (False, False)
            assert f"pass --force --database {named}" in error
        else:
            assert (permitted, asked) == (typed == named, True)
            expected = f"{typed!r} is not the name of the database: nothing was changed. [1]"
            assert permitted or error == expected


async def test_cli_28_without_an_environment_it_is_production(store, monkeypatch):
    await store.run("db", "upgrade")
    monkeypatch.delenv("FTF_ENV")
    for words in (["db", "fresh"], ["db", "downgrade"]):
        result = await store.run(*words)
        assert result.exit_code == 1
        assert "This is production" in result.stderr
        assert "cli_posts" in await store.tables()
        assert "secret" not in result.stderr


async def test_cli_29_another_name_than_the_database_s_changes_nothing(store, monkeypatch):
    await store.run("db", "upgrade")
    monkeypatch.setenv("FTF_ENV", "staging")
    result = await store.run("db", "fresh", "--force", "--database", "other")
    assert result.exit_code == 1
    assert "'other' is not the name of the database: nothing was changed" in result.stderr
    assert "cli_posts" in await store.tables()
    name = (
        "test.db" if "sqlite" in store.url else (await store.fetch("SELECT current_database()"))[0]
    )
    assert (await store.run("db", "fresh", "--force", "--database", str(name))).exit_code == 0


async def test_cli_29_what_will_be_lost_is_shown_before_the_name_is_asked_for(
    store, terminal, monkeypatch
):
    await store.run("db", "upgrade")
    monkeypatch.setenv("FTF_ENV", "staging")
    terminal("wrong")
    result = await store.run("db", "fresh")
    assert result.exit_code == 1
    for line in ("Database: ", "Place: ", "Environment: staging", "Tables:      2"):
        assert line in result.stderr


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("postgresql+asyncpg://u:p@db.example.com/x", "db.example.com"),
        ("postgresql+asyncpg://u:p@/x?host=/tmp", "/tmp"),  # noqa: S108  # no file
        ("postgresql+asyncpg://u:p@/x?host=a&host=b", "a,b"),
        ("postgresql+asyncpg://u:p@/x", "pg.example.com"),
    ],
)
def test_cli_28_the_host_is_that_of_the_url_or_of_pghost(url, host, monkeypatch):
    class Connected:
        """A connection to a server that is not there."""

        from sqlalchemy import make_url

        engine = type("Engine", (), {"url": make_url(url)})
        dialect = type("Dialect", (), {"name": "postgresql"})

        def exec_driver_sql(self, _):
            return type("Result", (), {"scalar_one": lambda _: "x"})()

    monkeypatch.setattr(
        "ftf.orm.cli._facts.inspect",
        lambda _: type("Inspector", (), {"get_table_names": lambda _: []})(),
    )
    facts = DatabaseFacts.of(Connected(), {"PGHOST": "pg.example.com"})
    assert (facts.name, facts.host, facts.tables) == ("x", host, 0)
    assert "p@" not in facts.place
