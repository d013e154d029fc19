"""`LinkOptions`: where links lead, and how long they are valid."""

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from ..exceptions import InvalidAuthError

_LOCAL = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkOptions:
    """Where links lead, and how long they are valid.

    Args:
        base_url: The public URL of the pages that links lead to, such as
            `https://app.example.com`. It is never taken from a request, whose `Host` anyone can
            write.
        reset: The path of the page that asks for a new password.
        verify: The path of the page that confirms an e-mail address.
        change: The path of the page that confirms a new e-mail address.
        lifetime: How long a link is valid.

    Raises:
        InvalidAuthError: The URL is not https, a path has no slash, or the time is not above 0.
    """

    base_url: str
    reset: str = "/reset-password"
    verify: str = "/verify-email"
    change: str = "/confirm-email"
    lifetime: timedelta = timedelta(minutes=30)

    def __post_init__(self) -> None:
        url = urlsplit(self.base_url)
        is_local = url.scheme == "http" and url.hostname in _LOCAL
        if (
            not url.hostname
            or url.query
            or url.fragment
            or (url.scheme != "https" and not is_local)
        ):
            remedy = "Pass the public URL of your pages: https://app.example.com."
            raise InvalidAuthError("LinkOptions(base_url=...)", "is not an https URL", remedy)
        for name in ("reset", "verify", "change"):
            if not getattr(self, name).startswith("/"):
                remedy = "Write the path of the page from the base URL on: /page."
                raise InvalidAuthError(f"LinkOptions({name}=...)", "has no leading slash", remedy)
        if self.lifetime <= timedelta(0):
            remedy = "Pass the time until a link ends."
            raise InvalidAuthError("LinkOptions(lifetime=...)", "is not above 0", remedy)
