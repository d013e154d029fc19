"""What loading the plugin adds to `pytest --version`."""


def measure(rounds: int) -> None:
    pass
