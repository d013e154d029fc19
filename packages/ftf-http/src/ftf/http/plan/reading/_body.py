"""The JSON body of a request: read from the ASGI messages, validated by one call of pydantic."""

import json
from collections.abc import Callable, Iterable, Sequence
from email.message import Message as Header
from functools import lru_cache
from typing import Final

from fastapi import params
from starlette.requests import ClientDisconnect
from starlette.types import Scope

from .._facts import Field, NotPlannedError, RouteFacts
from .._replay import Replay
from ._fields import Fields, Values
from ._parameters import name_of
from ._validation import adapter_of

_TYPE: Final = b"content-type"


class UnusualBodyError(ValueError):
    """A body is empty, `null` or not JSON, which FastAPI decides about."""


class Body:
    """Reads and validates the body of a handler.

    Args:
        facts: The facts of its route.

    Raises:
        NotPlannedError: FastAPI reads the body in a way of its own.
    """

    __slots__ = ("_values",)

    def __init__(self, facts: RouteFacts) -> None:
        fields: Sequence[Field] = facts.dependant.body_params
        if any(isinstance(each.field_info, params.Form) for each in (*fields, facts.body) if each):
            raise NotPlannedError("it reads a form")
        # FastAPI takes a single field for the whole body, unless it has to be embedded.
        is_whole = len(fields) == 1 and facts.body is fields[0]
        self._values = _whole(fields[0]) if is_whole else _embedded(fields)

    async def read(self, scope: Scope, replay: Replay) -> Values:
        """Return the values of the body's parameters.

        Raises:
            Exception: The body was not received, is not JSON or not valid.
        """
        body = await _received(replay)
        if not (body and is_json(_content_type(scope["headers"]))):
            raise UnusualBodyError
        return self._values(json.loads(body))


def _content_type(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    for name, value in headers:
        if name == _TYPE:
            return value
    return b""


async def _received(replay: Replay) -> bytes:
    message = await replay.read()
    if message["type"] == "http.request" and not message.get("more_body", False):
        whole: bytes = message.get("body", b"")
        return whole
    chunks: list[bytes] = []
    while message["type"] == "http.request":
        chunks.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(chunks)
        message = await replay.read()
    raise ClientDisconnect


@lru_cache(64)
def is_json(content_type: bytes) -> bool:
    """Return whether FastAPI parses a body with this content type as JSON."""
    if not content_type:
        return False
    header = Header()
    header["content-type"] = content_type.decode("latin-1")
    subtype = header.get_content_subtype()
    is_json_type = subtype == "json" or subtype.endswith("+json")
    return header.get_content_maintype() == "application" and is_json_type


def _whole(field: Field) -> Callable[[object], Values]:
    name, validate = field.name, adapter_of(field).validator.validate_python

    def values(body: object) -> Values:
        if body is None:  # older FastAPI takes it for a missing body
            raise UnusualBodyError
        return {name: validate(body, from_attributes=True)}

    return values


def _embedded(embedded: Sequence[Field]) -> Callable[[object], Values]:
    names = [(each.name, name_of(each)) for each in embedded]
    fields = Fields({each.name: each for each in embedded})

    def values(body: object) -> Values:
        if type(body) is not dict:
            raise UnusualBodyError
        raw = {key: body[name] for key, name in names if name in body}
        if None in raw.values():
            raise UnusualBodyError
        return fields.complete(raw)

    return values
