"""`Users`: the port through which credentials find their user."""

from typing import Protocol


class Users[U](Protocol):
    """The users of an application, as far as a credential needs them."""

    async def find(self, subject: str) -> U | None:
        """Return a user by key, from the session of the request.

        Args:
            subject: The key as text. Only its canonical spelling finds a user: "7", and neither
                "007" nor "7.0".
        """
        ...

    def subject_of(self, user: U) -> str:
        """Return the canonical spelling of a user's key."""
        ...

    def version_of(self, user: U) -> int:
        """Return the number that grows when all credentials of a user end, as by a new password."""
        ...

    def is_active(self, user: U) -> bool:
        """Return whether a user may use credentials."""
        ...
