"""Rows of logins as records, and back."""

from dataclasses import fields
from typing import Any

from ..logins._login_session import LoginSession

_AGENT = 256
_SAME = [
    each.name for each in fields(LoginSession) if each.name not in {"user", "methods", "scopes"}
]


def login_of(record: Any) -> LoginSession:  # noqa: ANN401  # a model of the application
    """Return what a record says."""
    values = {name: getattr(record, name) for name in _SAME}
    return LoginSession(
        **values,
        user=str(record.user_id),
        methods=tuple(record.methods.split()),
        scopes=tuple(record.scopes.split()),
    )


def values_of(login: LoginSession) -> dict[str, object]:
    """Return the values of a record, without its user."""
    values = {name: getattr(login, name) for name in _SAME}
    texts = {"methods": " ".join(login.methods), "scopes": " ".join(login.scopes)}
    return {**values, **texts}
