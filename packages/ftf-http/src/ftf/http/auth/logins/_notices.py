"""`Notices`: what follows from events of logins: a log entry, the end of sockets, an event."""

import logging

from ftf.container.events import Events

from ..connections._live_connections import LiveConnections
from ._events import LoggedOut, LoginEvent, OtherLoginsEnded, RefreshAhead, RefreshReused

_logger = logging.getLogger("ftf.http")
_ALARMING = {
    RefreshReused: "An old refresh token was used, from %s: login %s of user %s has ended.",
    RefreshAhead: "A refresh token from %s is newer than its row: login %s of user %s.",
}


class Notices:
    """Logs what is alarming about logins, ends what ended logins have open, and dispatches events.

    Args:
        events: What dispatches them; `None` without an `EventsProvider`.
        live: The websockets and event streams of this process; `None` without guards.
    """

    def __init__(self, events: Events | None, live: LiveConnections | None = None) -> None:
        self._events = events
        self._live = live

    async def __call__(self, event: LoginEvent) -> None:
        """Log an event if it is alarming, and dispatch it."""
        if (text := _ALARMING.get(type(event))) is not None:
            _logger.warning(text, event.ip, event.session_id, event.user)
        if self._live is not None:
            if isinstance(event, LoggedOut | RefreshReused):
                self._live.end(event.user, event.session_id)
            elif isinstance(event, OtherLoginsEnded):
                self._live.end(event.user, besides=event.session_id)
        if self._events is not None:
            await self._events.dispatch(event)
