"""Parameters of commands: their types, and what `--help` says about them."""

import pytest

HEAD = """
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Annotated, Literal, NewType
from uuid import UUID
from ftf.container.cli import Argument, Option
class Color(Enum):
    RED = "red"
    BLUE = 2
type Age = int
Slug = NewType("Slug", str)
def show(value):
    print(repr(value))
"""


@pytest.fixture
def show(shop):
    def run(hint: str, *typed: str, default: str = ""):
        shop.command("show_it", f"{HEAD}def show_it(value: {hint}{default}) -> None: show(value)")
        result = shop.run("show-it", *typed)
        import sys

        del sys.modules["shop.commands.show_it"]
        return result

    return run


@pytest.mark.parametrize(
    ("hint", "typed", "value"),
    [
        ("str", "a b", "'a b'"),
        ("int", "12", "12"),
        ("'int'", "12", "12"),
        ("float", "1.5", "1.5"),
        ("bytes", "é", r"b'\xc3\xa9'"),
        ("Path", "a/b", "PosixPath('a/b')"),
        (
            "UUID",
            "12345678123456781234567812345678",
            "UUID('12345678-1234-5678-1234-567812345678')",
        ),
        ("Decimal", "1.10", "Decimal('1.10')"),
        ("date", "2026-01-31", "datetime.date(2026, 1, 31)"),
        ("datetime", "2026-01-31T12:30", "datetime.datetime(2026, 1, 31, 12, 30)"),
        ("timedelta", "90", "datetime.timedelta(seconds=90)"),
        ("timedelta", "1h30m", "datetime.timedelta(seconds=5400)"),
        ("Color", "red", "<Color.RED: 'red'>"),
        ("Color", "2", "<Color.BLUE: 2>"),
        ("Literal['a', 3]", "3", "3"),
        ("int | None", "3", "3"),
        ("Age", "3", "3"),
        ("Slug", "x", "'x'"),
        ("Annotated[int, 'x']", "3", "3"),
    ],
)
def test_cli_11_each_plain_type_is_read(show, hint, typed, value):
    assert show(hint, typed).stdout == f"{value}\n"


@pytest.mark.parametrize(
    ("hint", "typed", "problem"),
    [
        ("int", "x", "'x' is not a whole number"),
        ("Decimal", "x", "'x' is not a decimal number"),
        ("date", "31.1.", "'31.1.' is not a date such as 2026-01-31"),
        ("timedelta", "1w", "'1w' is not a duration such as 90s, 15m, 1h30m or 2d"),
        ("timedelta", "", "'' is not a duration"),
        ("Color", "green", "'green' is not one of red, 2"),
        ("list[bool]", "maybe", "'maybe' is not true or false"),
        ("Annotated[int, Argument(min=2)]", "1", "1 is below 2, the smallest value"),
        ("Annotated[int, Argument(max=2)]", "3", "3 is above 2, the largest value"),
    ],
)
def test_cli_11_a_bad_value_names_parameter_value_and_expectation(show, hint, typed, problem):
    result = show(hint, typed)
    assert result.exit_code == 2
    assert problem in result.stderr
    assert "VALUE" in result.stderr.upper()


def test_cli_11_a_list_takes_the_rest_and_an_option_several(show):
    assert show("list[int]", "1", "2").stdout == "[1, 2]\n"
    assert show("list[int]").stdout == "[]\n"
    assert show("tuple[bool, ...]", "yes", "0").stdout == "(True, False)\n"
    options = show("list[int]", "--value", "1", "--value", "2", default=" = []")
    assert options.stdout == "[1, 2]\n"
    assert show("tuple[int, ...]", default=" = (5,)").stdout == "(5,)\n"


def test_cli_11_a_parameter_with_a_default_or_by_keyword_is_an_option(show):
    assert show("int", "--value", "3", default=" = 1").stdout == "3\n"
    assert show("int", default=" = 1").stdout == "1\n"
    assert show("bool", "--value").stdout == "True\n"
    assert show("bool", "--no-value", default=" = True").stdout == "False\n"
    assert show("bool").exit_code == 2
    assert show("Annotated[int, Argument()]", "3", default=" = 1").stdout == "3\n"
    assert show("Annotated[int, Argument()]", default=" = 1").stdout == "1\n"
    assert show("Annotated[int, Option(short='n', min=1)]", "-n", "3").stdout == "3\n"
    assert show("Annotated[bool, Option(short='n')]", "-n", default=" = False").stdout == "True\n"


def test_help_shows_arguments_options_and_the_first_part_of_the_docstring(shop):
    shop.command(
        "prune",
        HEAD
        + '''
def prune(
    kind: Annotated[Literal["a", "b"], Argument(help="What to delete.")],
    days: Annotated[int, Option(help="Older than this.", min=1)] = 30,
    color: Color = Color.RED,
    *,
    names: tuple[str, ...],
    since: date | None = None,
    tags: list[str] = [],
    force: bool = False,
    keep: bool = True,
) -> None:
    """Delete drafts.

    More about it.

    Args:
        kind: What it is.
    """
''',
    )
    shown = shop.run("prune", "--help").stdout
    for text in (
        "Delete drafts.",
        "More about it.",
        "KIND  What to delete.",
        "--days INTEGER",
        "Older than this.  [default: 30]",
        "--color [red|2]",
        "[default: red]",
        "--since DATE",
        "--names TEXT",
        "--keep / --no-keep",
    ):
        assert text in shown
    assert "What it is" not in shown
    assert "--no-force" not in shown
    assert "Arguments:" not in shop.run("list", "--help").stdout


def test_cli_13_a_marker_at_a_type_of_services_is_an_error(show):
    result = show("Annotated[Exception, Option()]", default=" = None")
    assert result.exit_code == 1
    assert "parameter value has a marker of the command line" in result.stderr


@pytest.mark.parametrize(
    "hint", ["int | str", "Annotated[Exception, [1]]", "'Missing'", "list[Color] | int"]
)
def test_cli_13_what_is_no_plain_type_is_asked_of_the_container(show, hint):
    result = show(hint)
    assert result.exit_code == 1
    assert "value" in result.stderr
    assert "Traceback" not in result.stderr


def test_the_environment_is_a_service_unlike_other_enums(shop):
    shop.command(
        "where",
        "from ftf.container.environment import Environment\n"
        "def where(environment: Environment): print(environment)",
    )
    assert shop.run("where").stdout == "production\n"
