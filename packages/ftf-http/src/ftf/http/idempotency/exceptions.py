"""The exceptions of idempotent requests.

starlette.exceptions.HTTPException
├── InvalidIdempotencyKey
├── KeyInUse
└── KeyReused
RuntimeError
├── IdempotencyTableMissingError
└── UnstorableAnswerError
"""

from typing import ClassVar

from ..problems._typed_error import TypedError


class InvalidIdempotencyKey(TypedError):  # noqa: N818  # no mistake of the program: the answer 400
    """The header `Idempotency-Key` is missing or cannot be read: 400. Nothing was written."""


class KeyInUse(TypedError):  # noqa: N818  # no mistake of the program: the answer 409
    """Another request with the same key is being served: 409, with `Retry-After`."""

    status: ClassVar[int] = 409
    problem_type: ClassVar[str] = "key-in-use"

    def __init__(self) -> None:
        text = "A request with this Idempotency-Key is being served. Send it again in a moment."
        super().__init__(text, {"retry-after": "1"})


class KeyReused(TypedError):  # noqa: N818  # no mistake of the program: the answer 422
    """The key belongs to a request with another body or query: 422. Nothing was written."""

    status: ClassVar[int] = 422
    problem_type: ClassVar[str] = "key-reused"

    def __init__(self) -> None:
        super().__init__("This Idempotency-Key belongs to another request. Choose a new one.")


class IdempotencyTableMissingError(RuntimeError):
    """The database lacks the table of the answers."""

    def __str__(self) -> str:
        return (
            "The database lacks the table of the answers of idempotent requests.\n"
            "Call `add_idempotency_table(Base.metadata)` where the models are, and migrate."
        )


class UnstorableAnswerError(RuntimeError):
    """An answer of an idempotent route cannot be stored, and what it wrote was rolled back.

    Args:
        reason: Why, as the end of a sentence that begins with the answer.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason: str = reason

    def __str__(self) -> str:
        return f"The answer of an idempotent route {self.reason}: answer with a short JSON."
