"""Commands that end early: by a signal, or because their reader has ended."""

import os
import signal
import subprocess
import sys

import pytest

SIGNALS = """
    import asyncio
    import os
    import signal
    from ftf.container.cli import Console
    from shop.main import Unit

    async def wait(number: int, unit: Unit) -> None:
        os.kill(os.getpid(), number)
        await asyncio.Event().wait()
"""


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143)],
    ids=["interrupt", "terminate"],
)
@pytest.mark.usefixtures("interrupts")
def test_cli_15_a_signal_rolls_back_and_closes(units, number, code):
    units.command("wait", SIGNALS)
    result = units.run("wait", str(int(number)))
    assert result.exit_code == code
    assert result.stdout == "rolled back\nclosed\n"


def test_cli_15_a_command_that_is_cancelled_by_itself_fails(shop):
    shop.command(
        "stop",
        """
        import asyncio
        async def stop() -> None: raise asyncio.CancelledError
    """,
    )
    assert shop.run("stop").exit_code == 1


def test_cli_10_a_reader_that_has_ended_is_no_traceback(shop):
    shop.command("many", "def many() -> None:\n    for i in range(100_000): print(i)")
    script = "import sys; from ftf.container.cli.script import main; sys.argv[0] = 'ftf'; main()"
    with subprocess.Popen(  # noqa: S603  # our own program
        [sys.executable, "-c", script, "many"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=shop.root,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""


def test_cli_10_what_is_left_to_write_to_a_broken_pipe_goes_nowhere(shop):
    replaced: list[int] = []
    shop.command("pipe", "def pipe(): raise BrokenPipeError")
    shop.monkeypatch.setattr(sys.stdout, "fileno", lambda: 1, raising=False)
    shop.monkeypatch.setattr(os, "dup2", lambda _, number: replaced.append(number))
    assert shop.run("pipe").exit_code == 1
    assert replaced == [1]
