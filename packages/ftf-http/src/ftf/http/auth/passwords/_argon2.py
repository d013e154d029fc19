"""`Argon2`: the parameters of new hashes, and the bounds of what a stored hash may ask for."""

import re
from base64 import b64encode
from dataclasses import dataclass
from functools import cached_property
from secrets import token_bytes
from typing import TYPE_CHECKING, Final, Self

from ..exceptions import InvalidAuthError

if TYPE_CHECKING:
    from argon2 import PasswordHasher

_MISSING = 'Passwords need argon2-cffi: `pip install "ftf-http[auth]"`.'
_SALT_BYTES, _HASH_BYTES = 16, 32
_LONGEST: Final = 512
# What one verification may cost at most: a stored hash decides about it.
_CEILINGS: Final = {"time_cost": 10, "memory_cost": 256 * 1024, "parallelism": 8}
_FORMAT: Final = re.compile(
    r"\$argon2(?P<variant>id|i|d)\$v=(?P<version>16|19)"
    r"\$m=(?P<memory_cost>[1-9]\d{0,9}),t=(?P<time_cost>[1-9]\d{0,9}),p=(?P<parallelism>[1-9]\d{0,9})"
    r"\$[A-Za-z0-9+/]{11,}\$[A-Za-z0-9+/]{6,}",
    re.ASCII,
)


@dataclass(frozen=True)
class Argon2:
    """The parameters of Argon2id for new hashes; by default what OWASP asks for at least.

    Args:
        time_cost: How often the memory is passed over.
        memory_cost: KiB of memory that one hash takes.
        parallelism: How many threads the algorithm may use.

    Raises:
        InvalidAuthError: A parameter is out of range.
        ImportError: argon2-cffi is not installed.
    """

    time_cost: int = 2
    memory_cost: int = 19 * 1024
    parallelism: int = 1

    def __post_init__(self) -> None:
        for name, ceiling in _CEILINGS.items():
            least = 8 * self.parallelism if name == "memory_cost" else 1
            if not least <= getattr(self, name) <= ceiling:
                remedy = f"Choose a whole number from {least} to {ceiling}."
                raise InvalidAuthError(f"Argon2({name}=...)", "is out of range", remedy)
        _ = self._hasher  # a missing library stops the start, and not the first login

    @classmethod
    def strong(cls) -> Self:
        """Return parameters that take about seven times the time and three times the memory."""
        return cls(time_cost=3, memory_cost=64 * 1024, parallelism=4)

    @classmethod
    def minimum(cls) -> Self:
        """Return the cheapest parameters, for tests."""
        return cls(time_cost=1, memory_cost=8, parallelism=1)

    def hash(self, password: bytes) -> str:
        """Return the hash of a password, with a new salt; takes milliseconds of CPU."""
        return self._hasher.hash(password)

    def verify(self, password: bytes, stored: str) -> bool:
        """Return whether a password is that of a hash, whose parameters `fault` has allowed."""
        from argon2.exceptions import VerificationError  # noqa: PLC0415  # the extra `auth`

        try:
            return self._hasher.verify(stored, password)
        except VerificationError:  # also for a text that cannot be decoded
            return False

    def is_outdated(self, stored: str) -> bool:
        """Return whether a hash has other parameters than new ones have."""
        return self._hasher.check_needs_rehash(stored)

    def decoy(self) -> str:
        """Return a hash of no password, which takes as long to verify as a new one."""
        salt, tag = (
            b64encode(token_bytes(size)).decode().rstrip("=") for size in (_SALT_BYTES, _HASH_BYTES)
        )
        costs = f"m={self.memory_cost},t={self.time_cost},p={self.parallelism}"
        return f"$argon2id$v=19${costs}${salt}${tag}"

    @cached_property
    def _hasher(self) -> "PasswordHasher":
        try:
            from argon2 import PasswordHasher  # noqa: PLC0415  # the extra `auth`
        except ImportError as error:
            raise ImportError(_MISSING) from error
        return PasswordHasher(
            time_cost=self.time_cost,
            memory_cost=self.memory_cost,
            parallelism=self.parallelism,
            hash_len=_HASH_BYTES,
            salt_len=_SALT_BYTES,
        )


def is_argon2(stored: str) -> bool:
    """Return whether a stored hash says that it is one of Argon2."""
    return stored.startswith("$argon2")


def fault(stored: str) -> str | None:
    """Return why a stored hash is not verified; `None` if it may be.

    The text has no part of the hash but its parameters.
    """
    found = _FORMAT.fullmatch(stored) if len(stored) <= _LONGEST else None
    if found is None:
        return "it is not a hash of Argon2"
    for name, ceiling in _CEILINGS.items():
        if int(found[name]) > ceiling:
            return f"it asks for {name}={found[name]}, and {ceiling} is the most"
    return None
