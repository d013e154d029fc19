"""`ftf shell` and `ftf run`, and `ftf about` and `ftf check`."""

import io
import json
import os
import sys

import pytest

MAIN = """
from ftf.container import Container, UnitsOfWork

class AsyncSession:
    async def commit(self): print("commit")
    async def rollback(self): print("rollback")

async def open_session(units: UnitsOfWork):
    session = AsyncSession()
    units.add(session)
    try:
        yield session
    finally:
        print("closed")

container = Container()
container.register(AsyncSession, open_session, scope="scoped")
"""


@pytest.fixture
def store(shop):
    shop.write("shop/main.py", MAIN)
    shop.monkeypatch.setenv("FTF_ENV", "local")
    return shop


def typed(store, monkeypatch, *lines: str):
    """Type lines on a terminal, and return what was written."""
    text = iter(lines)

    def answer(_: str = "") -> str:
        try:
            return next(text)
        except StopIteration:
            raise EOFError from None

    monkeypatch.setattr("builtins.input", answer)
    monkeypatch.setattr("ftf.container.cli.Console.can_ask", True)
    return store.run("shell")


def test_cli_37_code_and_a_pipe_write_their_output_only(store, monkeypatch):
    code = "import asyncio\nawait asyncio.sleep(0)\nprint(type(session).__name__)"
    result = store.run("shell", "-c", code)
    assert (result.exit_code, result.stdout) == (0, "AsyncSession\nrollback\nclosed\n")
    assert result.stderr == ""
    monkeypatch.setattr(sys, "stdin", io.StringIO("print(1)"))
    assert store.run("shell").stdout.startswith("1\n")
    failed = store.run("shell", "-c", "1 / 0")
    assert failed.exit_code == 1
    assert "ZeroDivisionError" in failed.stderr


def test_code_may_define_classes_and_functions(store, monkeypatch):
    lines = ("class Post:", "    def show(self): return len('abc')", "", "print(Post().show())")
    assert typed(store, monkeypatch, *lines).stdout.startswith("3\n")
    assert store.run("shell", "-c", "\n".join(lines)).stdout.startswith("3\n")


def test_cli_34_statements_await_on_one_loop(store, monkeypatch):
    result = typed(
        store,
        monkeypatch,
        "import asyncio",
        "one = asyncio.get_running_loop()",
        "await asyncio.sleep(0)",
        "1 / 0",
        "print(asyncio.get_running_loop() is one)",
        "for i in range(2):",
        "    print(i)",
        "",
    )
    assert result.exit_code == 0
    assert "True\n0\n1\n" in result.stdout
    assert "ZeroDivisionError" in result.stderr
    assert "app, container, scope, session. End with Ctrl-D." in result.stderr


@pytest.mark.usefixtures("interrupts")
def test_cli_36_ctrl_c_cancels_what_is_awaited_only(store, monkeypatch):
    result = typed(
        store,
        monkeypatch,
        "import asyncio, os, signal",
        f"os.kill({os.getpid()}, signal.SIGINT); await asyncio.Event().wait()",
        "print('on')",
    )
    assert "CancelledError" in result.stderr
    assert result.stdout == "on\nrollback\nclosed\n"
    assert result.exit_code == 0


def test_exit_ends_the_shell(store, monkeypatch):
    assert typed(store, monkeypatch, "raise SystemExit(3)").exit_code == 3


def test_cli_37_models_are_imported_unless_their_name_is_taken(store):
    store.write("shop/models/post.py", "class Post: ...\nclass app: ...\nclass list: ...\nx = 1")
    store.write("shop/models/__init__.py", "from shop.main import AsyncSession")
    store.write("shop/repositories/__init__.py", "import not_installed")
    result = store.run("shell", "-c", "print(Post.__module__, app, list([1]))")
    assert result.stdout.startswith("shop.models.post <ftf.container")
    assert "shop.models.post.app is left out: the name is taken" in result.stderr
    assert "shop.models.post.list is left out: the name is taken" in result.stderr
    assert "shop.repositories is left out: ModuleNotFoundError" in result.stderr
    store.write("shop/repositories/__init__.py", "1 / 0")
    assert "ZeroDivisionError" in store.run("shell", "-c", "1").stderr
    assert store.run("shell", "--no-imports", "-c", "Post").exit_code == 1


def test_cli_35_production_has_to_be_meant(store):
    store.monkeypatch.delenv("FTF_ENV")
    for words in (["shell", "-c", "1"], ["run", "x.py"]):
        result = store.run(*words)
        assert result.exit_code == 1
        assert "This is production" in result.stderr
    assert store.run("shell", "-c", "print(1)", "--write").exit_code == 0


SANDBOX = """
    from contextlib import asynccontextmanager

    @asynccontextmanager
    async def sandbox(container):
        yield True
        print("undone")
"""


def test_cli_35_a_sandbox_is_what_packages_have_for_it(store, monkeypatch):
    store.write("acme.py", SANDBOX)
    store.write(
        "site/acme-1.0.dist-info/entry_points.txt", "[ftf.sandbox]\nshop.main = acme:sandbox"
    )
    monkeypatch.syspath_prepend(store.root / "site")
    result = store.run("shell", "--sandbox", "-c", "print(type(session).__name__)")
    assert (result.exit_code, result.stdout) == (0, "AsyncSession\nclosed\nundone\n")
    monkeypatch.setenv("FTF_ENV", "production")
    assert "This is a sandbox" in typed(store, monkeypatch).stderr
    assert "undone" not in store.run("shell", "--write", "-c", "1").stdout
    assert "This is production" in store.run("shell", "--no-sandbox", "-c", "1").stderr
    assert store.run("shell", "--sandbox", "--write", "-c", "1").exit_code == 2


def test_cli_35_a_sandbox_needs_something_that_can_be_rolled_back(store):
    result = store.run("shell", "--sandbox", "-c", "1")
    assert result.exit_code == 1
    assert "has nothing that could be rolled back" in result.stderr


def test_a_script_runs_with_services_and_await(store):
    store.write("fill.py", "import asyncio\nawait asyncio.sleep(0)\nprint(__name__, session)")
    result = store.run("run", "fill.py")
    assert result.exit_code == 0
    assert result.stdout.startswith("__main__ <shop.main.AsyncSession")
    assert "commit\n" in result.stdout
    missing = store.run("run", "missing.py")
    assert missing.exit_code == 2
    assert "There is no file missing.py" in missing.stderr


def test_an_application_at_the_top_has_its_repositories_there(store):
    store.write("main.py", "from ftf.container import Container\napp = Container()")
    store.write("repositories.py", "class Posts: ...")
    store.write("pyproject.toml", '[tool.ftf]\napp = "main:app"')
    assert store.run("shell", "-c", "print(Posts.__name__)").stdout == "Posts\n"


def test_about_shows_versions_without_importing_the_application(shop):
    shop.write("shop/main.py", "raise RuntimeError")
    text = shop.run("about").stdout
    assert "environment    production" in text
    assert "shop.main:container ([tool.ftf] app)" in text
    (shop.root / "pyproject.toml").unlink()
    found = json.loads(shop.run("--json", "about").stdout)
    assert (found["project"], found["application"]) == ("none", "none")
    assert found["ftf-container"]


def test_about_says_what_is_not_installed(shop, monkeypatch):
    monkeypatch.setattr("ftf.container.cli.commands.about._PACKAGES", ("not-there",))
    assert "not-there    not installed" in shop.run("about").stdout


def test_check_runs_the_checks_that_there_are(shop):
    assert "can be built" in shop.run("check").stdout
    shop.command(
        "db/check",
        """
        from ftf.container.cli import Console, Exit, Project
        def check(*, x: tuple[str, ...] = (), project: Project, console: Console) -> None:
            raise Exit("pending")
    """,
    )
    assert shop.run("check").exit_code == 0  # there is no alembic.ini
    shop.write("alembic.ini", "")
    result = shop.run("--json", "check")
    assert result.exit_code == 1
    assert "ftf db check: pending" in result.stderr
    assert json.loads(result.stdout)["failed"] == ["db check"]
