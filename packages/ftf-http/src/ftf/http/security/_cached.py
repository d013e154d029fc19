"""Caches of what headers say, which clients cannot fill with long texts."""

from collections.abc import Callable
from functools import lru_cache
from typing import Final

LONGEST: Final = 300  # bytes: a host has 253, and 15 addresses of proxies fit


def cached[T](most: int) -> Callable[[Callable[[bytes], T]], Callable[[bytes], T]]:
    """Return a decorator that caches what a function returns for headers of a usual length.

    Args:
        most: How many headers are kept; those used last are.
    """

    def decorate(function: Callable[[bytes], T]) -> Callable[[bytes], T]:
        kept = lru_cache(maxsize=most)(function)

        def found(header: bytes) -> T:
            return kept(header) if len(header) <= LONGEST else function(header)

        return found

    return decorate
