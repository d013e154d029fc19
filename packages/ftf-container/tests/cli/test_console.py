"""What a command writes and asks."""

import io
import sys

import pytest

from ftf.container.cli import Console, Exit, Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Written:
    """What was written to the terminal."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.getvalue = lambda: "".join(capsys.readouterr())


@pytest.fixture
def terminal(monkeypatch, capsys) -> Written:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    # The class, because pytest makes a new stream for each phase of a test.
    monkeypatch.setattr(type(sys.stdout), "isatty", lambda _: True)
    return Written(capsys)


def test_cli_10_a_pipe_gets_no_colors(capsys):
    assert Console().style("x", "red") == "x"


def test_cli_10_colors_are_left_out_where_they_are_not_wanted(terminal, monkeypatch):
    assert Console().style("x", "red", "bold") == "\x1b[31;1mx\x1b[0m"
    assert Console(color=False).style("x", "red") == "x"
    assert Console(json=True).style("x", "red") == "x"
    monkeypatch.setenv("TERM", "dumb")
    assert Console().style("x", "red") == "x"
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    assert Console().style("x", "red") == "x"


def test_a_table_has_columns(capsys):
    Console().table([("a", "bcd", "e"), ("long", "b", "")])
    Console().table([])
    assert capsys.readouterr().out == "a     bcd  e\nlong  b\n"


def test_details_are_for_the_verbose_and_notes_not_for_the_quiet(capsys):
    for console in (Console(), Console(verbose=True), Console(quiet=True)):
        console.detail("detail")
        console.note("note")
    assert capsys.readouterr().err == "note\ndetail\nnote\n"


def test_cli_18_without_a_terminal_a_question_names_the_option(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("yes\n"))
    with pytest.raises(Exit, match="Really: there is no terminal to ask, so pass --force") as e:
        Console().ask("Really", flag="--force")
    assert e.value.code == 2


@pytest.mark.parametrize(
    ("typed", "answer"),
    [("", False), ("\n", False), ("n\n", False), ("y\n", True), ("Yes\n", True)],
)
def test_cli_18_a_question_is_answered_by_no_unless_the_user_types_yes(
    terminal, monkeypatch, typed, answer
):
    monkeypatch.setattr(sys, "stdin", Terminal(typed))
    assert Console().confirm("Really?", flag="--force") is answer
    assert terminal.getvalue() == "Really? [y/N]: "


def test_cli_18_hidden_input_is_not_echoed(terminal, monkeypatch):
    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr("getpass.getpass", lambda text: f"typed for {text}")
    assert Console().ask("Password", flag="--password", hidden=True) == "typed for Password: "


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_progress_elsewhere_is_a_line_every_few_seconds(monkeypatch):
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    clock = Clock()
    progress = Progress("rows", 1000, clock=clock)
    for _ in range(10):
        clock.now += 1
        progress.advance(50)
    assert written.getvalue() == (
        "rows: 250 of 1,000, 25%, 0:15 left\nrows: 500 of 1,000, 50%, 0:10 left\n"
    )
    progress.advance(500)
    progress.end()
    assert written.getvalue().endswith("rows: 1,000 of 1,000, 100%\n")


def test_progress_on_a_terminal_rewrites_its_line(terminal):
    clock = Clock()
    progress = Progress("rows", clock=clock)
    progress.advance()
    clock.now += 7200
    progress.advance()
    progress.end()
    line = "\rrows: 2 in 2:00:00\x1b[K"
    assert terminal.getvalue() == f"{line}{line}\n"


def test_quick_work_shows_no_progress_and_a_quiet_command_none(terminal):
    with Console().progress("rows", 3) as progress:
        progress.advance(3)
    quiet = Progress("rows", quiet=True, clock=(clock := Clock()))
    clock.now = 100
    quiet.advance()
    quiet.end()
    assert terminal.getvalue() == ""
