"""The columns of users and logins: mixins for tables of the application's own `Base`."""

from datetime import datetime

from sqlalchemy import BigInteger, LargeBinary, String, Text, true
from sqlalchemy.orm import Mapped, mapped_column

from ftf.orm import UtcDateTime


class Authenticatable:
    """A mixin of users who log in: the hash of the password, and what ends their credentials.

    Attributes:
        password_hash: `None` where a user has no password.
        auth_version: Raised by a new password and by `logout_others`: all credentials that were
            issued before have ended then.
        is_active: Whether the user may use credentials.
        verified_at: When the user has shown that mail arrives.
    """

    password_hash: Mapped[str | None] = mapped_column(String(512))
    auth_version: Mapped[int] = mapped_column(default=1, server_default="1")
    is_active: Mapped[bool] = mapped_column(default=True, server_default=true())
    verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class LoginSessionColumns:
    """A mixin with the columns of `ftf.http.auth.LoginSession`, a row for each login.

    The model adds the user:
    `user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)`.
    """

    id: Mapped[str] = mapped_column(String(22), primary_key=True, sort_order=-1)
    kind: Mapped[str] = mapped_column(String(6))
    client: Mapped[str | None] = mapped_column(String(100))
    salt: Mapped[bytes] = mapped_column(LargeBinary(16))
    generation: Mapped[int] = mapped_column(BigInteger)
    rotated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    authenticated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    methods: Mapped[str] = mapped_column(String(100))
    scopes: Mapped[str] = mapped_column(Text)
    auth_version: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    idle_expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_for: Mapped[str | None] = mapped_column(String(20))
    ip: Mapped[str | None] = mapped_column(String(64))
    user_agent: Mapped[str | None] = mapped_column(String(256))


class ApiTokenColumns:
    """A mixin with the columns of `ftf.http.auth.ApiToken`, a row for each token.

    The model adds the user, as with `LoginSessionColumns`.
    """

    id: Mapped[str] = mapped_column(String(22), primary_key=True, sort_order=-1)
    name: Mapped[str] = mapped_column(String(100))
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    scopes: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
