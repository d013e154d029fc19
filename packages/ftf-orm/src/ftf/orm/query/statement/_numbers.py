"""Numbers that callers give."""


def whole(number: int, name: str) -> int:
    """Check a number.

    Raises:
        TypeError: It is no whole number.
    """
    given: object = number
    if not isinstance(given, int) or isinstance(given, bool):
        raise TypeError(f"{name} must be a whole number, not {given!r}")
    return number


def at_least(least: int, number: int, name: str) -> int:
    """Check a number.

    Raises:
        TypeError: It is no whole number.
        ValueError: It is too small.
    """
    if whole(number, name) < least:
        raise ValueError(f"{name} must be at least {least}, not {number}")
    return number
