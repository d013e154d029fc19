"""The faults of a request that is not valid, as the objects of the member `errors`."""

from collections.abc import Mapping, Sequence
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Protocol

type Fault = dict[str, object]

_PARAMETERS = str | int | float | Decimal | date | time | timedelta
_TEXTS = {"in", "pointer", "code", "detail"}  # as the OpenAPI document says
# What pydantic has in them of the input, or for people who wrote the model.
_WITHHELD = {"error", "pattern", "tag", "input", "input_value"}


class FaultFacts(Protocol):
    """A fault of ftf-orm's."""

    @property
    def pointer(self) -> str:
        """Where it is, as a JSON pointer."""

    @property
    def code(self) -> str:
        """What it is, for programs."""

    @property
    def detail(self) -> str:
        """What it is, for people."""

    @property
    def params(self) -> Mapping[str, object]:
        """The facts of the detail."""

    @property
    def allowed(self) -> Sequence[str] | None:
        """What could be there instead."""


def stored_fault(part: str, fault: FaultFacts) -> Fault:
    """Return a fault of ftf-orm's, in a part of the request."""
    found: Fault = {
        "in": part,
        "pointer": fault.pointer,
        "code": fault.code,
        "detail": fault.detail,
    }
    if fault.params:
        found["params"] = dict(fault.params)
    if fault.allowed is not None:
        found["allowed"] = list(fault.allowed)
    return found


def fault_of(found: object) -> Fault:
    """Return the part of the request, the JSON pointer (RFC 6901) and the code of a fault.

    Args:
        found: An error of pydantic's, or any detail that a handler has raised.
    """
    match found:
        case {
            "type": "json_invalid",
            "loc": (part, int(at)),
            "msg": text,
            "input": {},
            "ctx": {"error": reason},
        }:
            # Of FastAPI. The input of a json_invalid of pydantic's `Json` fields is a text.
            detail = f"{text} at character {at + 1}: {reason}"
            return {"in": part, "pointer": "", "code": "json_invalid", "detail": detail}
        case Mapping():
            part, *field = found.get("loc") or ("body",)
            fault: Fault = {
                "in": str(part),
                "pointer": pointer_to(*field),
                "code": _text(found.get("type")) or "invalid",
                "detail": _text(found.get("msg")),
            }
            params = _params(found.get("ctx"))
            return fault | {"params": params} if params else fault
    return {"in": "body", "pointer": "", "code": "invalid", "detail": str(found)}


def raised_fault(detail: object) -> Fault:
    """Return a fault that a handler has raised, with the members that it has of its own."""
    own = detail if isinstance(detail, Mapping) else {}
    return fault_of(detail) | {
        str(name): str(value) if name in _TEXTS else value for name, value in own.items()
    }


def pointer_to(*steps: object) -> str:
    """Return the JSON pointer (RFC 6901) to a field."""
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in steps)


def _params(context: object) -> Fault:
    """Return the parameters of a fault, without what the client has sent."""
    if not isinstance(context, Mapping):
        return {}
    return {
        str(name): value
        for name, value in context.items()
        if name not in _WITHHELD and isinstance(value, _PARAMETERS)
    }


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
