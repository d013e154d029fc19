"""`CommandLine`: runs commands of `ftf` in a test."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ftf.container import Container
    from ftf.container.cli import Result


class CommandLine:
    """Runs a command in the test's event loop: `await cli("posts", "prune", "--days", "3")`.

    The command sees the overrides of the container under test and its database, and its units of
    work are settled as those of a request.

    Args:
        application: The application under test.
        container: Its container.
        start: The folder of the project.
    """

    def __init__(self, application: object, container: "Container", start: Path) -> None:
        from ftf.container.cli import Application

        self._application = Application(
            "the fixture `app`", "pytest", loaded=application, container=container
        )
        self._start = start

    async def __call__(self, *arguments: str) -> "Result":
        """Run a command line without the word `ftf`."""
        from ftf.container.cli import invoke

        return await invoke(arguments, application=self._application, start=self._start)
