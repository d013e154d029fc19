"""Requests that clients may send again: their answers are stored with what they wrote."""

from ._answers import add_idempotency_table, forget_answers
from ._idempotent import idempotent
from .exceptions import (
    IdempotencyTableMissingError,
    InvalidIdempotencyKey,
    KeyInUse,
    KeyReused,
    UnstorableAnswerError,
)

__all__ = [
    "IdempotencyTableMissingError",
    "InvalidIdempotencyKey",
    "KeyInUse",
    "KeyReused",
    "UnstorableAnswerError",
    "add_idempotency_table",
    "forget_answers",
    "idempotent",
]
