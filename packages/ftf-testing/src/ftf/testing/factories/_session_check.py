"""The check that a session is async."""


def require_async_session(session: object) -> None:
    """Refuse a synchronous session.

    Raises:
        TypeError: The session is a `Session`.
    """
    from sqlalchemy.orm import Session  # heavy

    if isinstance(session, Session):
        raise TypeError(
            "factories and assertions about records need an AsyncSession, and this is a Session: "
            "use `make` and `session.add_all`, and query the session itself"
        )
