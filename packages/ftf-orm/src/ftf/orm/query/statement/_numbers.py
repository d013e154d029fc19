"""Checks of the numbers that callers pass."""


def whole(number: int, name: str) -> int:
    """Return a number if it is an integer.

    Raises:
        TypeError: It is not an integer.
    """
    given: object = number
    if not isinstance(given, int) or isinstance(given, bool):
        raise TypeError(f"{name} must be a whole number, not {given!r}")
    return number


def at_least(least: int, number: int, name: str) -> int:
    """Return a number if it is an integer, and not too small.

    Raises:
        TypeError: It is not an integer.
        ValueError: It is too small.
    """
    if whole(number, name) < least:
        raise ValueError(f"{name} must be at least {least}, not {number}")
    return number
