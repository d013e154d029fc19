"""The exceptions of resources.

starlette.exceptions.HTTPException
├── InvalidPrecondition
├── PreconditionFailed
└── PreconditionRequired
"""

from typing import ClassVar

from ..problems._typed_error import TypedError

__all__ = ["InvalidPrecondition", "PreconditionFailed", "PreconditionRequired"]


class InvalidPrecondition(TypedError):  # noqa: N818  # no mistake of the program: the answer 400
    """`If-Match` cannot be read, or the records have no versions: the response is 400."""


class PreconditionFailed(TypedError):  # noqa: N818  # no mistake of the program: the answer 412
    """The record has another version than `If-Match` names: 412. Nothing was written."""

    status: ClassVar[int] = 412
    problem_type: ClassVar[str] = "precondition-failed"

    def __init__(self) -> None:
        super().__init__("The record has another version by now. Read it again.")


class PreconditionRequired(TypedError):  # noqa: N818  # no mistake of the program: the answer 428
    """The resource demands `If-Match`, and the request has none: 428. Nothing was written."""

    status: ClassVar[int] = 428
    problem_type: ClassVar[str] = "precondition-required"

    def __init__(self) -> None:
        super().__init__("Send the header If-Match with the ETag of the record that you have read.")
