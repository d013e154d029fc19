"""The exceptions of links.

starlette.exceptions.HTTPException
└── InvalidLink
"""

from starlette.exceptions import HTTPException


class InvalidLink(HTTPException):  # no mistake of the program: the answer 400
    """A link is not one of this application, was used, or has ended: the response is 400."""

    def __init__(self) -> None:
        super().__init__(400, "The link is not valid any more.")
