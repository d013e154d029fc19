"""Commands with services: they are built, settled and closed."""

import json
import os
import sys
from pathlib import Path

import pytest

from ftf.container import Container
from ftf.container.cli import Application, Console, Exit, command, invoke

HEAD = "from ftf.container.cli import Exit\nfrom shop.main import Unit\n"


def test_cli_12_a_service_that_cannot_be_built_is_an_error_with_its_path(shop):
    shop.command(
        "greet",
        """
        from typing import Protocol
        class Mailer(Protocol): ...
        class Letters:
            def __init__(self, mailer: Mailer) -> None: ...
        def greet(letters: Letters): print("called")
    """,
    )
    result = shop.run("greet")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "Mailer" in result.stderr
    assert "Letters" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("body", "code", "written"),
    [
        ("return None", 0, "committed"),
        ("return 0", 0, "committed"),
        ("raise Exit('enough', code=0)", 0, "committed"),
        ("return 3", 3, "rolled back"),
        ("raise Exit('no')", 1, "rolled back"),
        ("raise Exit(code=4)", 4, "rolled back"),
        ("raise ValueError('no')", 1, "rolled back"),
        ("return 'x'", 1, "rolled back"),
        ("return True", 1, "rolled back"),
        ("raise KeyboardInterrupt", 130, "rolled back"),
    ],
)
def test_cli_14_units_of_work_are_settled_by_the_outcome(units, body, code, written):
    units.command("work", f"{HEAD}async def work(unit: Unit):\n    {body}\n")
    result = units.run("work")
    assert result.exit_code == code
    assert result.stdout.split("\n") == [written, "closed", ""]


def test_cli_14_a_failed_commit_is_a_failure(units):
    units.command(
        "work",
        f"{HEAD}def work(unit: Unit):\n"
        "    async def commit(): raise RuntimeError('lost')\n    unit.commit = commit\n",
    )
    result = units.run("work")
    assert result.exit_code == 1
    assert "RuntimeError: lost" in result.stderr


def test_cli_16_a_cleanup_that_fails_is_a_failure_and_closes_the_others(units):
    units.write(
        "shop/bad.py",
        """
        from shop.main import container
        class Bad: ...
        def open_bad():
            yield Bad()
            raise RuntimeError("cleanup")
        container.register(Bad, open_bad, scope="scoped")
        """,
    )
    units.command("work", f"{HEAD}from shop.bad import Bad\ndef work(unit: Unit, bad: Bad): ...")
    result = units.run("work")
    assert result.exit_code == 1
    assert result.stdout == "committed\nclosed\n"
    assert "RuntimeError: cleanup" in result.stderr


async def test_cli_17_a_command_in_a_running_loop_sees_overrides_and_leaves_the_container(shop):
    class Mailer: ...

    class Fake(Mailer): ...

    seen: list[object] = []
    shop.command("send", "def send(mailer: 'object'): ...")
    container = Container()
    container.register(Mailer, scope="singleton")
    application = Application("shop:app", "test", loaded=container, container=container)
    shop.command(
        "send",
        """
        from shop.main import seen, Mailer
        async def send(mailer: Mailer, mark: str) -> None:
            seen.append((mailer, mark))
    """,
    )
    sys.path.insert(0, str(shop.root))
    from shop import main

    main.seen, main.Mailer = seen, Mailer
    fake = Fake()
    with container.override_instance(Mailer, fake):
        result = await invoke(["send", "x"], application=application, start=shop.root)
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")
    assert seen == [(fake, "x")]
    assert application.app is container
    again = await invoke(["--env", "staging", "--json", "list"], start=shop.root)
    assert again.json["version"] == 1
    assert "FTF_ENV" not in os.environ
    failed = await invoke(["xyz"], application=application, start=shop.root)
    assert failed.exit_code == 2
    other = await invoke(["--app", "shop.main:container", "-v", "send", "x"], start=shop.root)
    assert "shop.main:container (--app)" in other.stderr


def test_cli_18_a_lifespan_runs_around_a_command_that_asks_for_it(shop):
    shop.write(
        "shop/main.py",
        """
        from contextlib import asynccontextmanager
        from types import SimpleNamespace
        from ftf.container import Container

        @asynccontextmanager
        async def lifespan(app):
            print("start")
            yield
            print("stop")

        class App:
            container = Container()
            router = SimpleNamespace(lifespan_context=lifespan)
            def __call__(self): ...

        app = App()
        bare = Container()
    """,
    )
    shop.command(
        "work",
        """
        from ftf.container.cli import command
        @command(lifespan=True)
        def work() -> None: print("work")
    """,
    )
    assert shop.run("--app", "shop.main:app", "work").stdout == "start\nwork\nstop\n"
    result = shop.run("--app", "shop.main:bare", "work")
    assert result.exit_code == 1
    assert "has no lifespan" in result.stderr


async def test_cli_3_a_test_without_click_names_the_extra(shop, monkeypatch):
    monkeypatch.setitem(sys.modules, "ftf.container.cli._program", None)
    with pytest.raises(RuntimeError, match=r"Commands need click: pip install 'ftf-container\[cli"):
        await invoke(["list"])


@command()
def marked() -> None: ...


def test_a_command_stays_the_function_that_it_is():
    assert marked() is None
    assert str(Exit("text", 3)) == "text"


def test_cli_10_json_is_one_document_with_a_version(shop):
    shop.command(
        "count",
        """
        from ftf.container.cli import Console, Exit
        def count(console: Console, *, fail: bool = False) -> None:
            console.line("1")
            console.note("a note")
            if fail:
                raise Exit("no")
    """,
    )
    result = shop.run("--json", "count")
    assert json.loads(result.stdout) == {"version": 1, "exit_code": 0, "lines": ["1"]}
    assert result.stderr == "a note\n"
    failed = json.loads(shop.run("--json", "count", "--fail").stdout)
    assert (failed["exit_code"], failed["error"]) == (1, "no")
    assert "versions" in json.loads(shop.run("--json", "--version").stdout)
    assert shop.run("-q", "count").stderr == ""


def test_cli_68_the_environment_is_a_service_and_an_unknown_one_an_error(shop):
    shop.command(
        "where",
        """
        from ftf.container.environment import Environment
        def where(environment: Environment) -> None: print(environment)
    """,
    )
    assert shop.run("where").stdout == "production\n"
    shop.monkeypatch.setenv("FTF_ENV", "x")
    assert shop.run("--env", " Development", "where").stdout == "local\n"
    shop.monkeypatch.setenv("FTF_ENV", "x")
    result = shop.run("where")
    assert result.exit_code == 2
    assert "FTF_ENV='x' is not an environment" in result.stderr
    assert "--env 'y' is not an environment" in shop.run("--env", "y", "where").stderr


def test_a_command_without_services_of_the_application_does_not_import_it(shop):
    shop.write("shop/main.py", "raise RuntimeError")
    shop.command(
        "greet",
        """
        from ftf.container.cli import CommandIndex, Console, Project
        async def greet(console: Console, project: Project | None, commands: CommandIndex) -> None:
            console.line(f"{project.root.name} {len([*commands]) > 1}")
    """,
    )
    assert shop.run("greet").stdout == f"{shop.root.name} True\n"


def test_a_command_whose_module_is_broken_shows_its_traceback(shop):
    shop.command("greet", "import not_installed")
    result = shop.run("greet")
    assert result.exit_code == 1
    assert "No module named 'not_installed'" in result.stderr


def test_the_console_is_a_service_of_services_too(shop):
    shop.write(
        "shop/main.py",
        """
        from ftf.container import Container
        from ftf.container.cli import Console
        class Report:
            def __init__(self, console: Console) -> None:
                self.console = console
        container = Container()
        container.register(Report)
    """,
    )
    shop.command(
        "report",
        "from shop.main import Report\ndef report(report: Report): report.console.line('seen')",
    )
    assert shop.run("report").stdout == "seen\n"


def test_console_is_public():
    assert Console().verbose is False
    assert Path(__file__).exists()
