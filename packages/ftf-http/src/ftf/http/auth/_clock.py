"""`Clock`: the time of tokens, logins and links."""

import time
from datetime import UTC, datetime


class Clock:
    """The time of tokens, logins and links: a service, which a test replaces."""

    def time(self) -> float:
        """Return the seconds since the epoch."""
        return time.time()

    def now(self) -> datetime:
        """Return the time, with the time zone UTC."""
        return datetime.fromtimestamp(self.time(), UTC)
