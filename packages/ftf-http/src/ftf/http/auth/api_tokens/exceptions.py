"""The exceptions of API tokens.

starlette.exceptions.HTTPException
├── ScopeNotAllowed
├── UnknownApiToken
└── UnusableApiToken
"""

from collections.abc import Sequence

from fastapi import HTTPException


class ScopeNotAllowed(HTTPException):  # no mistake of the program: the answer 403
    """A credential cannot make a token that allows more than itself: the response is 403.

    Args:
        scopes: What it does not allow.
    """

    def __init__(self, scopes: Sequence[str]) -> None:
        self.scopes: tuple[str, ...] = tuple(scopes)
        super().__init__(403, "The credential does not allow what the token would.")


class UnknownApiToken(HTTPException):  # no mistake of the program: the answer 404
    """A user has no API token with this id: the response is 404.

    Args:
        token_id: The id.
    """

    def __init__(self, token_id: str) -> None:
        self.token_id: str = token_id
        super().__init__(404)


class UnusableApiToken(HTTPException):  # no mistake of the program: the answer 422
    """What is asked of a new API token is not possible: the response is 422, and points to it.

    Args:
        reason: Why, in one sentence for the user.
        field: The name of the field in the body.
    """

    def __init__(self, reason: str, field: str) -> None:
        self.reason: str = reason
        self.field: str = field
        super().__init__(422, [{"loc": ["body", field], "msg": reason}])
