"""`LegacyVerifier`: passwords that another application has hashed."""

from typing import Protocol


class LegacyVerifier(Protocol):
    """Verifies hashes of another format than Argon2, until each owner's next login.

    The hashers of [pwdlib](https://pypi.org/project/pwdlib/) are of this shape.
    """

    def identify(self, stored: str, /) -> bool:
        """Return whether a stored hash is of this format."""
        ...

    def verify(self, password: str, stored: str, /) -> bool:
        """Return whether a password is that of a hash; called in a thread.

        Raises:
            ValueError: The format cannot hold such a password, so it is another one.
        """
        ...
