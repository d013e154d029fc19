"""Which commands there are, and what `ftf --help` and `ftf list` import to show them."""

import json
import subprocess
import sys
from importlib.metadata import entry_points

import pytest

from ftf.container.cli import CommandEntry, CommandIndex

HEAVY = ["fastapi", "sqlalchemy", "pydantic", "alembic", "jinja2", "asyncio"]


def test_cli_1_help_and_list_do_not_import_the_application(shop):
    shop.write("shop/main.py", "raise RuntimeError('broken')")
    shop.command("greet", 'def greet() -> None:\n    """Say hello."""')
    for arguments in (["--help"], ["list"]):
        result = shop.run(*arguments)
        assert result.exit_code == 0
        assert "Say hello" in result.stdout
        assert "this project" in result.stdout
    assert "shop.main" not in sys.modules


@pytest.mark.parametrize("argument", ["--help", "list"])
def test_cli_2_help_and_list_import_nothing_heavy(shop, argument):
    code = (
        "import sys; sys.argv[0] = 'ftf'\n"
        "from ftf.container.cli.script import main\n"
        "try: main()\n"
        f"finally: print(*(name for name in {HEAVY} if name in sys.modules), file=sys.stderr)"
    )
    ended = subprocess.run(  # noqa: S603  # our own program
        [sys.executable, "-c", code, argument], capture_output=True, text=True, check=True
    )
    assert ended.stderr.strip() == ""
    assert "completion" in ended.stdout


def test_cli_2_the_container_loads_none_of_the_additions():
    code = (
        "import sys, ftf.container\n"
        "print(*(name for name in sys.modules if name == 'click' or name.startswith("
        "('ftf.container.cli', 'ftf.container.environment'))))"
    )
    ended = subprocess.run(  # noqa: S603  # our own program
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert ended.stdout.strip() == ""


def test_cli_3_without_click_one_line_names_the_extra(shop, monkeypatch):
    monkeypatch.setitem(sys.modules, "click", None)
    result = shop.run("list")
    assert result.exit_code == 1
    assert result.stderr == "The command ftf needs click: pip install 'ftf-container[cli]'\n"


def test_cli_7_a_broken_package_is_listed_as_broken_with_its_name(shop):
    entry = CommandEntry(("send",), "acme_missing.commands:send", "acme-orders")
    assert entry.summary == "broken: No module named 'acme_missing' (acme-orders)"


def test_cli_7_two_packages_with_one_name_are_an_error_that_names_both():
    one = CommandEntry(("send",), "one:send", "acme-one")
    two = CommandEntry(("send",), "two:send", "acme-two")
    index = CommandIndex([one, one, two])
    found = index.find(("send",))
    assert found is not None
    assert found.summary == "acme-one and acme-two both have a command of this name"
    with pytest.raises(Exception, match=r"`ftf send` cannot run: acme-one and acme-two both have"):
        found.load()
    own = CommandEntry(("send",), "shop.commands.send:send", "this project")
    assert CommandIndex([one, two], [own]).find(("send",)) is own


def test_cli_7_the_commands_of_a_package_are_those_of_its_entry_points(shop):
    shop.write("acme.py", 'def export() -> None:\n    """Export orders."""\n    print("done")\n')
    shop.install("acme_orders", orders__export="acme:export")
    assert shop.run("orders", "export").stdout == "done\n"
    assert "Export orders  (acme-orders)" in shop.run("orders").stdout


def test_cli_7_entry_points_are_read_as_importlib_reads_them(shop):
    shop.install("acme_orders", orders__export="acme:export [cli]")
    file = shop.write(
        "later/acme_orders-2.0.dist-info/entry_points.txt",
        """
        # a comment
        [console_scripts]
        acme = acme:main

        [ftf.commands]
        ; another
        orders.export = acme:other
        orders.send=acme:send
        """,
    )
    sys.path += [str(file.parents[1]), str(shop.root / "missing.zip"), ""]
    known = {(point.name, point.value) for point in entry_points(group="ftf.commands")}
    listed = json.loads(shop.run("--json", "list").stdout)["commands"]
    names = {each["name"] for each in listed}
    assert {name.replace(".", " ") for name, _ in known} | {"orders send"} == names
    assert {each["source"] for each in listed if "orders" in each["name"]} == {"acme-orders"}
    assert shop.run("orders", "export").stderr.count("No module named 'acme'") == 1


@pytest.mark.parametrize("point", entry_points(group="ftf.commands"), ids=lambda point: point.name)
def test_cli_8_the_summary_is_the_first_line_of_the_docstring(point):
    entry = CommandEntry(tuple(point.name.split(".")), point.value, point.dist.name)
    function = point.load()
    assert entry.summary
    assert entry.summary == (function.__doc__ or "").partition("\n")[0].rstrip(".")


@pytest.mark.parametrize(
    "text",
    [
        "def other(): ...",
        "def run(): ...",
        "class A:\n    def run(self):\n        '''Nested.'''",
        "run = print",
        "def run(:",
    ],
)
def test_cli_8_without_a_docstring_to_read_a_summary_is_empty(shop, text):
    shop.write("other.py", text)
    sys.path.insert(0, str(shop.root))
    assert CommandEntry(("run",), "other:run", "acme").summary == ""


def test_cli_8_a_module_without_source_has_an_empty_summary(shop):
    assert CommandEntry(("run",), "itertools:chain", "python").summary == ""
    assert CommandEntry(("run",), "sys:exit", "python").summary == ""
    for name in ("compiled.pyc", "empty/__init__.py"):
        shop.write(f"acme/{name}", "")
    sys.path.insert(0, str(shop.root))
    assert CommandEntry(("run",), "acme.compiled:run", "acme").summary == ""
    assert CommandEntry(("run",), "acme.empty:run", "acme").summary == ""
    assert CommandEntry(("run",), "acme.other:run", "acme").summary.startswith("broken: No module")


def test_cli_9_an_unknown_command_suggests_the_nearest(shop):
    shop.command("routes", "def routes(): ...")
    result = shop.run("rotues")
    assert result.exit_code == 2
    assert "There is no command `ftf rotues`. Did you mean routes?" in result.stderr
    assert "`ftf list` shows all commands" in shop.run("xyzzy").stderr


def test_cli_9_a_colon_separates_words_and_a_group_alone_shows_its_help(shop):
    shop.command(
        "posts/prune_all", 'def prune_all() -> None:\n    """Prune."""\n    print("pruned")'
    )
    shop.command("posts/_helpers", "def _helpers(): ...")
    for words in (["posts", "prune-all"], ["posts:prune-all"]):
        assert shop.run(*words).stdout == "pruned\n"
    shown = shop.run("posts")
    assert shown.exit_code == 0
    assert "prune-all  Prune  (this project)" in shown.stdout
    assert "posts       prune-all  (this project)" in shop.run().stdout
    assert shop.run("posts", "x").exit_code == 2


def test_an_indented_paragraph_of_a_docstring_keeps_its_lines_in_the_help(shop):
    shop.command(
        "greet",
        '''
        def greet():
            """Greet.

            The kinds are these, of which one has to be taken, as there is no greeting without one:

                short    Hi
                long     Good morning
            """
        ''',
    )
    shown = shop.run("greet", "--help").stdout
    assert "\n      short    Hi\n      long     Good morning\n" in shown
    assert "no greeting\n  without one" in shown


def test_cli_9_what_users_of_laravel_type_is_understood_unless_the_project_has_it(shop):
    shop.command("routes", "def routes(): print('routes')")
    assert shop.run("route:list").stdout == "routes\n"
    shop.command("tinker", "def tinker(): print('own')")
    assert shop.run("tinker").stdout == "own\n"


def test_a_command_that_needs_an_extra_names_it_without_a_traceback(shop):
    says = "Reports need a driver: pip install 'acme[reports]'"
    raised = f'raise ModuleNotFoundError("{says}") from error'
    body = f"try:\n    import no_such_driver\nexcept ModuleNotFoundError as error:\n    {raised}"
    shop.command("report", body)
    result = shop.run("report")
    assert result.exit_code == 1
    assert f"`ftf report` cannot run: {says}" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_command_whose_import_fails_shows_its_traceback(shop):
    shop.command("report", "import no_such_module")
    result = shop.run("report")
    assert result.exit_code == 1
    assert "Traceback" in result.stderr


def test_a_command_without_its_function_is_an_error(shop):
    shop.command("greet", "def gret(): ...")
    result = shop.run("greet")
    assert result.exit_code == 1
    expected = "shop.commands.greet has no function 'greet' (this project)"
    assert expected in result.stderr


def test_words_and_options_are_completed_without_importing(shop, monkeypatch):
    shop.command("greet", "raise RuntimeError")
    monkeypatch.setenv("_FTF_COMPLETE", "bash_complete")
    for typed, expected in (("gr", "greet"), ("--proj", "--project")):
        monkeypatch.setenv("COMP_WORDS", f"ftf {typed}")
        monkeypatch.setenv("COMP_CWORD", "1")
        assert shop.run().stdout.strip() == f"plain,{expected}"


def test_the_search_for_a_project_ends_at_the_root(shop):
    result = shop.run("--project", shop.root.anchor, "list")
    assert result.exit_code == 0
    assert not any(line.endswith("  this project") for line in result.stdout.splitlines())


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_of_a_shell_is_written(shop, shell):
    assert "_FTF_COMPLETE" in shop.run("completion", shell).stdout


def test_values_and_paths_are_completed(shop, monkeypatch):
    shop.command(
        "greet",
        "from pathlib import Path\ndef greet(file: Path): ...",
    )
    monkeypatch.setenv("_FTF_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_CWORD", "2")
    monkeypatch.setenv("COMP_WORDS", "ftf completion z")
    assert shop.run().stdout.strip() == "plain,zsh"
    monkeypatch.setenv("COMP_WORDS", "ftf greet f")
    assert shop.run().stdout.strip() == "file,f"
