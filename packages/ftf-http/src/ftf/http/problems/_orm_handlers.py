"""Handlers of ftf-orm's errors: which error is answered by which status."""

from collections.abc import Callable, Iterable, Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final, cast

from starlette.requests import Request
from starlette.responses import Response

from ._error_response import ErrorResponse
from ._fault import FaultFacts, stored_fault
from ._handlers import (
    NOT_VALID,
    Answer,
    Handler,
    Handlers,
    Kind,
    answer,
    answering,
    mapped,
    with_text,
)
from ._response import ProblemResponse

if TYPE_CHECKING:
    from ftf.orm import Rules

RULES: Final = "ftf.http.rules"  # in the scope of a request: the rules of its body
_INVALID = 422
_SOON = {"retry-after": "1"}  # seconds until a conflicting transaction has ended
_LATER = {"retry-after": "5"}  # seconds until a database has restarted


def orm_handlers(*, problem_details: bool) -> Handlers:
    """Return the handlers of ftf-orm's errors, if it is installed."""
    if find_spec("ftf.orm") is None:
        return {}
    from ftf import orm  # noqa: PLC0415  # optional

    kinds: dict[type[Exception], Kind] = {
        orm.RecordNotFound: Kind(404, type="not-found"),
        orm.DuplicateRecord: Kind(409, type="duplicate", members=_facts("columns")),
        orm.ForeignKeyViolation: Kind(409, type="reference", members=_facts("columns")),
        orm.ConstraintViolation: Kind(409, type="conflict", members=_facts("columns")),
        orm.StaleRecord: Kind(409, type="stale"),
        orm.CheckViolation: Kind(422, type="check", members=_facts("columns", "constraint")),
        orm.NotNullViolation: Kind(422, type="required", members=_facts("columns")),
        orm.InvalidValue: Kind(422, type="invalid-value"),
        orm.CursorError: Kind(400, type="cursor"),
        orm.TransactionConflict: Kind(503, type="unavailable", headers=_SOON),
        orm.QueryTimeout: Kind(503, type="unavailable", headers=_SOON),
    }
    shown: Handlers = {
        error: answering(with_text(kind, problem_details=problem_details))
        for error, kind in kinds.items()
    }
    shown[orm.SerializationFailure] = shown[orm.TransactionConflict]
    for error in (orm.DuplicateRecord, orm.ForeignKeyViolation, orm.SerializationFailure):
        shown[error] = _explained(shown[error])
    unavailable = Kind(503, type="unavailable", headers=_LATER)
    return {
        **shown,
        orm.InvalidCriteria: answering(_with_faults("query", problem_details=problem_details)),
        orm.RuleViolation: answering(_with_faults("body", problem_details=problem_details)),
        orm.DatabaseUnavailable: mapped(unavailable, problem_details=problem_details),
    }


def _explained(handle: Handler) -> Handler:
    """Return a handler that answers by the rules of the body, if one explains the error."""

    async def explain(request: Request, error: Exception) -> Response:
        from ftf.orm import RuleViolation  # noqa: PLC0415  # optional

        asked: list[Rules] = request.scope.get(RULES, [])
        for rules in asked:
            try:
                async with rules.explaining():
                    raise error
            except RuleViolation as violation:
                found = await answer(request.app, request, violation)
                return cast("Response", found)
            except type(error):
                continue
        return await handle(request, error)

    return explain


def _facts(*names: str) -> Callable[[Exception], Mapping[str, object]]:
    """Return a function that returns the named facts of an error, as far as they are known."""

    def members(error: Exception) -> Mapping[str, object]:
        facts = {name: getattr(error, name) for name in names}
        return {name: fact for name, fact in facts.items() if fact}

    return members


def _with_faults(part: str, *, problem_details: bool) -> Answer:
    """Return a function that answers an error with each of its faults, in a part of the request."""

    def answer(error: Exception) -> Response:
        if not problem_details:
            return ErrorResponse({"detail": str(error)}, _INVALID)
        faults: Iterable[FaultFacts] = getattr(error, "faults", ())
        errors = [stored_fault(part, fault) for fault in faults]
        return ProblemResponse(_INVALID, NOT_VALID, type="validation", errors=errors)

    return answer
