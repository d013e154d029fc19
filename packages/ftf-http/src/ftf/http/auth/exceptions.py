"""The exceptions of authentication.

ValueError
└── InvalidAuthError
starlette.exceptions.HTTPException
├── Unauthenticated
├── AmbiguousCredentials
└── AccessForbidden
"""

from typing import ClassVar

from starlette.exceptions import HTTPException


class InvalidAuthError(ValueError):
    """A setting of authentication is not possible. Its value is never part of the error.

    Args:
        setting: The name of the setting.
        reason: The fault, as the end of a sentence that begins with the setting.
        remedy: The way to fix it, in one sentence.
    """

    def __init__(self, setting: str, reason: str, remedy: str) -> None:
        self.setting: str = setting
        self.reason: str = reason
        self.remedy: str = remedy

    def __str__(self) -> str:
        return f"{self.setting} {self.reason}.\n{self.remedy}"


class _Refused(HTTPException):
    """A response that may name the schemes by which a client can do better."""

    def __init__(self, status: int, detail: str, challenge: str | None) -> None:
        self.challenge: str | None = challenge
        headers = None if challenge is None else {"www-authenticate": challenge}
        super().__init__(status, detail, headers)


class Unauthenticated(_Refused):  # no mistake of the program: the answer 401
    """A request has no credential, or one that is not valid: the response is 401.

    Args:
        detail: What a client may know about it.
        challenge: The header `WWW-Authenticate`, if the guards have a scheme for it.

    Attributes:
        close_code: The code that a websocket is closed with.
    """

    close_code: ClassVar[int] = 4401

    def __init__(
        self, detail: str = "Authentication is required.", challenge: str | None = None
    ) -> None:
        super().__init__(401, detail, challenge)


class AmbiguousCredentials(HTTPException):  # the answer 400
    """A request has more than one credential (RFC 6750, section 2): the response is 400."""

    def __init__(self) -> None:
        super().__init__(400, "The request has more than one credential: send one.")


class AccessForbidden(_Refused):  # the answer 403
    """The credential of a request does not allow it: the response is 403.

    Args:
        detail: What a client may know about it.
        challenge: The header `WWW-Authenticate`, if the guards have a scheme for it.

    Attributes:
        close_code: The code that a websocket is closed with.
    """

    close_code: ClassVar[int] = 4403

    def __init__(
        self, detail: str = "The credential does not allow this.", challenge: str | None = None
    ) -> None:
        super().__init__(403, detail, challenge)
