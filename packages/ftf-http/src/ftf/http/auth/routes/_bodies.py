"""The bodies of the ready routes."""

from typing import Annotated

from pydantic import BaseModel, Field

# RFC 6749, sections 3.3 and A.1: without quotes, backslashes and control characters.
type Scope = Annotated[str, Field(max_length=1_000, pattern=r"^[!#-\[\]-~]+( [!#-\[\]-~]+)*$")]
type ClientId = Annotated[str, Field(max_length=100, pattern=r"^[ -~]+$")]
type Email = Annotated[str, Field(max_length=254, pattern=r"^[^\s\x00-\x1f@]+@[^\s\x00-\x1f@]+$")]
# Of texts that no account and no link can have, nothing is remembered or compared.
type Text = Annotated[str, Field(max_length=10_000)]


class LoginIn(BaseModel):
    """What a user logs in by.

    Attributes:
        email: The name of the account.
        password: The password.
        scope: What the tokens allow at most, separated by spaces; everything by default.
        client_id: The program that logs in; only the same one can use the refresh token.
    """

    email: Text
    password: Text
    scope: Scope = "*"
    client_id: ClientId | None = None


class CookieLoginIn(BaseModel):
    """What a user of a browser logs in by."""

    email: Text
    password: Text


class RegistrationIn(BaseModel):
    """What a new user has chosen."""

    email: Email
    password: Text


class NewEmailIn(BaseModel):
    """The present password, and the address that the account shall have."""

    current_password: Text
    email: Email


class EmailIn(BaseModel):
    """The address that mail is sent to, if it is that of an account."""

    email: Text


class ResetIn(BaseModel):
    """The token of a link in a mail, and the new password."""

    token: Text
    password: Text


class LinkIn(BaseModel):
    """The token of a link in a mail."""

    token: Text


class PasswordIn(BaseModel):
    """The present and the new password."""

    current_password: Text
    new_password: Text


class Ended(BaseModel):
    """How many logins have ended."""

    ended: int
