"""`Exit`: the end of a command with an exit code and a text, without a traceback."""

FAILED = 1
WRONG_USAGE = 2
INTERRUPTED = 130
TERMINATED = 143


class Exit(Exception):  # noqa: N818  # as Python's SystemExit
    """Ends a command. Its units of work are rolled back, unless the code is 0.

    Args:
        text: What is written to stderr.
        code: The exit code: 1 if something failed or is pending, 2 for wrong usage.
    """

    def __init__(self, text: str = "", code: int = FAILED) -> None:
        super().__init__(text, code)
        self.text = text
        self.code = code

    def __str__(self) -> str:
        return self.text
