"""The exceptions of passwords.

starlette.exceptions.HTTPException
├── PasswordsBusy
└── UnusablePassword
"""

from fastapi import HTTPException

_RETRY_SECONDS = "2"  # until those that wait are hashed, at about 30 ms each


class PasswordsBusy(HTTPException):  # no mistake of the program: the answer 503
    """Too many passwords wait to be hashed: the response is 503, with `Retry-After`."""

    def __init__(self) -> None:
        super().__init__(503, "", {"retry-after": _RETRY_SECONDS})


class UnusablePassword(HTTPException):  # no mistake of the program: the answer 422
    """A new password is not accepted: the response is 422, and points to its field.

    Args:
        reason: Why, in one sentence for the user.
        field: The name of the field in the body.
    """

    def __init__(self, reason: str, field: str = "password") -> None:
        self.reason: str = reason
        self.field: str = field
        super().__init__(422, [{"loc": ["body", field], "msg": reason}])
