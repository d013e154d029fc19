"""Handlers of ftf-orm's errors: which error is answered by which status."""

from collections.abc import Mapping
from importlib.util import find_spec

from starlette.responses import Response

from ._error_response import ErrorResponse
from ._handlers import Answer, Handlers, answering, mapped
from ._response import ProblemResponse

_SOON = {"retry-after": "1"}  # seconds until a conflicting transaction has ended
_LATER = {"retry-after": "5"}  # seconds until a database has restarted


def orm_handlers(*, problem_details: bool) -> Handlers:
    """Return the handlers of ftf-orm's errors, if it is installed."""
    if find_spec("ftf.orm") is None:
        return {}
    from ftf import orm  # noqa: PLC0415  # optional

    statuses: dict[type[Exception], int] = {
        orm.RecordNotFound: 404,
        orm.ConstraintViolation: 409,
        orm.StaleRecord: 409,
        orm.CheckViolation: 422,
        orm.CursorError: 422,
        orm.InvalidValue: 422,
        orm.NotNullViolation: 422,
    }
    answers = {
        error: _with_columns(status, problem_details=problem_details)
        for error, status in statuses.items()
    }
    for error in (orm.TransactionConflict, orm.QueryTimeout):
        answers[error] = _with_columns(503, _SOON, problem_details=problem_details)
    unavailable = mapped(503, "", headers=_LATER, problem_details=problem_details)
    shown: Handlers = {error: answering(answer) for error, answer in answers.items()}
    return {**shown, orm.DatabaseUnavailable: unavailable}


def _with_columns(
    status: int, headers: Mapping[str, str] | None = None, *, problem_details: bool
) -> Answer:
    """Return a function that answers an error with its text and the columns it names."""

    def answer(error: Exception) -> Response:
        if not problem_details:
            return ErrorResponse({"detail": str(error)}, status, headers)
        if columns := getattr(error, "columns", ()):
            return ProblemResponse(status, str(error), headers=headers, columns=columns)
        return ProblemResponse(status, str(error), headers=headers)

    return answer
