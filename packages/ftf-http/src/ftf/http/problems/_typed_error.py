"""`TypedError`: an error of a request whose problem has a type."""

from typing import ClassVar

from starlette.exceptions import HTTPException


class TypedError(HTTPException):
    """An error of a request: the response has its status, and a type that programs can compare.

    Attributes:
        status: The status of the response.
        problem_type: The slug of the type.
    """

    status: ClassVar[int] = 400
    problem_type: ClassVar[str] = ""

    def __init__(self, detail: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(self.status, detail, headers)
