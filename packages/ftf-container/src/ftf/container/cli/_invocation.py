"""`invoke`: a command in this process, in the running event loop, as tests call it."""

import json
import os
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from ._session import Session
from .discovery._application import Application


@dataclass(frozen=True, slots=True)
class Result:
    """What a command has done.

    Args:
        exit_code: The exit code; 0 if it is done.
        stdout: What it wrote to stdout.
        stderr: What it wrote to stderr.
    """

    exit_code: int
    stdout: str
    stderr: str

    @property
    def json(self) -> dict[str, Any]:
        """The document that `--json` writes."""
        found: dict[str, Any] = json.loads(self.stdout)
        return found


async def invoke(
    arguments: Sequence[str], *, application: Application | None = None, start: Path | None = None
) -> Result:
    """Run a command line in this process and its event loop; it sees the container's overrides.

    Args:
        arguments: The words of the command line, without `ftf`.
        application: The application; a container that it was made with is not closed.
        start: The folder that the project is looked for from; by default the current one.

    Raises:
        RuntimeError: click is not installed.
    """
    try:
        from ._program import arun
    except ModuleNotFoundError as error:
        raise RuntimeError("Commands need click: pip install 'ftf-container[cli]'") from error

    session = Session(start or Path.cwd(), given=application)
    before = os.environ.get("FTF_ENV")
    with redirect_stdout(StringIO()) as stdout, redirect_stderr(StringIO()) as stderr:
        try:
            code = await arun(arguments, session)
        finally:  # --env sets it
            os.environ.pop("FTF_ENV", None)
            os.environ |= {} if before is None else {"FTF_ENV": before}
    return Result(code, stdout.getvalue(), stderr.getvalue())
