"""`Notices`: what happens to logins is logged where it is alarming, and dispatched as an event."""

import logging

from ftf.container.events import Events

from ._events import LoginEvent, RefreshAhead, RefreshReused

_logger = logging.getLogger("ftf.http")
_ALARMING = {
    RefreshReused: "An old refresh token was used, from %s: login %s of user %s has ended.",
    RefreshAhead: "A refresh token from %s is newer than its row: login %s of user %s.",
}


class Notices:
    """Logs what is alarming about logins, and dispatches events.

    Args:
        events: What dispatches them; `None` without an `EventsProvider`.
    """

    def __init__(self, events: Events | None) -> None:
        self._events = events

    async def __call__(self, event: LoginEvent) -> None:
        """Log an event if it is alarming, and dispatch it."""
        if (text := _ALARMING.get(type(event))) is not None:
            _logger.warning(text, event.ip, event.session_id, event.user)
        if self._events is not None:
            await self._events.dispatch(event)
