"""Checks of the numbers that callers pass."""

from ...exceptions import InvalidArgument
from ...exceptions._text import text_of


def whole(number: int, name: str) -> int:
    """Return a number if it is an integer.

    Raises:
        TypeError: It is not an integer.
    """
    given: object = number
    if not isinstance(given, int) or isinstance(given, bool):
        raise TypeError(f"{name} must be a whole number, not {text_of(given)}")
    return number


def at_least(least: int, number: int, name: str) -> int:
    """Return a number if it is an integer, and not too small.

    Raises:
        TypeError: It is not an integer.
        InvalidArgument: It is too small.
    """
    if whole(number, name) < least:
        raise InvalidArgument(name, f"{name} must be at least {least}, not {number}")
    return number
