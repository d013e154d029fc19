"""Refusing sessions that cannot be awaited."""


def require_async_session(session: object) -> None:
    """Refuse a synchronous session, whose answers nobody can await.

    Raises:
        TypeError: It is one.
    """
    from sqlalchemy.orm import Session  # heavy

    if isinstance(session, Session):
        raise TypeError(
            "factories and assertions about records need an AsyncSession, and this is a Session: "
            "use `make` and `session.add_all`, and ask the session itself"
        )
