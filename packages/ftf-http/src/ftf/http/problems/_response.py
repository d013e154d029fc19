"""`ProblemResponse`: RFC 9457 problem details."""

from collections.abc import Mapping
from http import HTTPStatus

from fastapi.encoders import jsonable_encoder

from ._error_response import ErrorResponse

MEDIA_TYPE = "application/problem+json"


def phrase_of(status: int) -> str:
    """Return the phrase of a status code; "Error" for one that Python does not know."""
    return HTTPStatus(status).phrase if status in HTTPStatus else "Error"


class ProblemResponse(ErrorResponse):
    """An `application/problem+json` response (RFC 9457).

    Args:
        status: The HTTP status code.
        detail: What is wrong with this request, for a person to read.
        title: The kind of problem; by default the phrase of the status.
        headers: Further response headers.
        members: Extension members; `errors` is an empty list by default for 422.
    """

    media_type = MEDIA_TYPE

    def __init__(
        self,
        status: int,
        detail: str = "",
        *,
        title: str = "",
        headers: Mapping[str, str] | None = None,
        **members: object,
    ) -> None:
        title = title or phrase_of(status)
        content: dict[str, object] = {"title": title, "status": status}
        if status == HTTPStatus.UNPROCESSABLE_CONTENT:
            content["errors"] = []  # the OpenAPI document promises a list
        if detail and detail != title:
            content["detail"] = detail
        super().__init__(jsonable_encoder(content | members), status, headers)
