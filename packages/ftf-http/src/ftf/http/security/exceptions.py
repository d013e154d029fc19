"""The exceptions of this room.

ValueError
└── InvalidSecurityError
starlette.exceptions.HTTPException
├── HostRefused
├── ProxyRefused
├── HeadersTooLarge
├── HttpsRequired
└── CrossSiteRefused
"""

from collections.abc import Mapping
from typing import ClassVar

from starlette.exceptions import HTTPException


class InvalidSecurityError(ValueError):
    """A value of `SecurityOptions` is not possible.

    Args:
        option: The option's name.
        value: The value.
        allowed: What it may be.
    """

    def __init__(self, option: str, value: object, allowed: str) -> None:
        self.option: str = option
        self.value: object = value
        self.allowed: str = allowed

    def __str__(self) -> str:
        return f"SecurityOptions has {self.option}={self.value!r}: it must be {self.allowed}."


class _Refused(HTTPException):
    """A request that is refused before it is routed."""

    status: ClassVar[int]
    reason: ClassVar[str]

    def __init__(self, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(self.status, self.reason, headers)


class HostRefused(_Refused):  # no mistake of the program: the answer 400
    """The header Host is missing, doubled, malformed or not among `hosts`: 400."""

    status = 400
    reason = "The header Host does not name this application."


class ProxyRefused(_Refused):  # the answer 400
    """What a proxy says about its client cannot be read: 400."""

    status = 400
    reason = "The headers of a proxy do not name its client."


class HeadersTooLarge(_Refused):  # the answer 431
    """The headers exceed `max_headers` or `max_header_bytes`: 431."""

    status = 431
    reason = "The headers of the request are too large."


class HttpsRequired(_Refused):  # the answer 403
    """A request that is not a navigation came over plain http: 403."""

    status = 403
    reason = "This application is only served over https."


class CrossSiteRefused(_Refused):  # the answer 403
    """A browser sent the request for another site: 403."""

    status = 403
    reason = "The request was made by another site."
