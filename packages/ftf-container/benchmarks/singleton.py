"""A service of which there is one."""


class Clock:
    """Needs nothing."""

    def __init__(self) -> None:
        self.ticks = 0
