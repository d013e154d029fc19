"""The exceptions of logins.

starlette.exceptions.HTTPException
├── EmailNotVerified
├── InvalidGrant
├── LoginFailed
└── UnknownLogin
"""

from collections.abc import Sequence

from starlette.exceptions import HTTPException


class EmailNotVerified(HTTPException):  # no mistake of the program: the answer 403
    """A user has the right password, and has not shown that mail arrives: the response is 403.

    Only who knows the password gets it: it does not say to others that the account exists.
    """

    def __init__(self) -> None:
        super().__init__(403, "Confirm the e-mail address first: follow the link in the mail.")


class InvalidGrant(HTTPException):  # no mistake of the program: the answer 400
    """A refresh token is not accepted (RFC 6749): the response is 400.

    Args:
        has_ended: Whether its login has ended, so that the client may forget it. If not, another
            token of the login may be alive, and a cookie with it has to stay.
    """

    def __init__(self, *, has_ended: bool = False) -> None:
        self.has_ended: bool = has_ended
        super().__init__(400, "The refresh token is not valid.")


class InvalidScope(HTTPException):  # no mistake of the program: the answer 400
    """More is asked for than the login allows (RFC 6749): the response is 400.

    Args:
        scopes: What the login does not allow.
    """

    def __init__(self, scopes: Sequence[str]) -> None:
        self.scopes: tuple[str, ...] = tuple(scopes)
        super().__init__(400, "The login does not allow this scope.")


class LoginFailed(HTTPException):  # no mistake of the program: the answer 401
    """A name and a password are not those of an account: the response is 401.

    It is the same whether the account does not exist, is not active or has another password.
    """

    def __init__(self) -> None:
        super().__init__(401, "The name or the password is not right.")


class UnknownLogin(HTTPException):  # no mistake of the program: the answer 404
    """A user has no living login with this id: the response is 404.

    Args:
        session_id: The id.
    """

    def __init__(self, session_id: str) -> None:
        self.session_id: str = session_id
        super().__init__(404)
