"""`Identity`: what a credential says about who sends a request."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, override

from starlette.authentication import BaseUser

# The subjects of programs begin with it. A user's key never does: see `Identity.user_key`.
CLIENT_PREFIX: Final = "client:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity(BaseUser):
    """What a credential says about who sends a request; no query was needed for it.

    It is Starlette's `request.user` of a request with a credential.

    Attributes:
        subject: The user's key as text, or `client:` and the name of a program.
        guard: The name of the guard that has accepted the credential.
        scopes: What the credential allows; `*` allows everything.
        authenticated_at: When the user has last proved who they are; `None` if never.
        methods: How, as in RFC 8176: `pwd`, `otp`.
        session_id: The login that the credential belongs to, if any.
        token_id: The credential's own id, if it has one.
        version: The `auth_version` of the user when the credential was issued.
        client: The program that the credential was issued to, if any.
        expires_at: When the credential ends; `None` if it does not.
    """

    subject: str
    guard: str
    scopes: frozenset[str] = frozenset({"*"})
    authenticated_at: datetime | None = None
    methods: tuple[str, ...] = ()
    session_id: str | None = None
    token_id: str | None = None
    version: int | None = None
    client: str | None = None
    expires_at: datetime | None = None

    @property
    def user_key(self) -> str | None:
        """The user's key as text; `None` if the subject is a program."""
        return None if self.subject.startswith(CLIENT_PREFIX) else self.subject

    def allows(self, scope: str) -> bool:
        """Return whether the credential has a scope, spelled exactly so, or `*`."""
        return scope in self.scopes or "*" in self.scopes

    @property
    @override
    def is_authenticated(self) -> bool:
        """Return True: there is no identity without a credential."""
        return True

    @property
    @override
    def display_name(self) -> str:
        """The subject."""
        return self.subject

    @property
    @override
    def identity(self) -> str:
        """The subject."""
        return self.subject
