"""The types of problems: a slug, which is the last part of the URI in the member `type`."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from starlette.types import Scope

DEFAULT_BASE: Final = "/problems/"
_SLUG: Final = re.compile("[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class ProblemType:
    """A kind of problem.

    Args:
        slug: Its name, of lower-case letters, digits and hyphens.
        status: The HTTP status code of its responses.
        title: What is wrong, in a few words.
        description: What a client can do about it.
    """

    slug: str
    status: int
    title: str
    description: str = ""


BUILT_IN: Final = (
    ProblemType(
        "validation",
        422,
        "The request is not valid",
        "Each object of `errors` names the part of the request (`in`), the field as a JSON pointer "
        "(`pointer`), a `code` for programs and its parameters. Correct the fields and send the "
        "request again.",
    ),
    ProblemType(
        "invalid-value",
        422,
        "A value cannot be stored or compared",
        "The database or the type of a column does not accept a value of the request.",
    ),
    ProblemType(
        "check",
        422,
        "A value does not meet a check of the database",
        "`constraint` names the check, `columns` what it is about.",
    ),
    ProblemType("required", 422, "A value is missing", "`columns` names what needs a value."),
    ProblemType(
        "not-found",
        404,
        "The record does not exist",
        "It does not exist, was deleted, or may not be seen by the caller.",
    ),
    ProblemType(
        "duplicate",
        409,
        "Another record has the same values",
        "`columns` names the values that have to be unique together.",
    ),
    ProblemType(
        "reference",
        409,
        "The record refers to a missing one, or is referred to",
        "`columns` names the references. A record that others refer to cannot be deleted.",
    ),
    ProblemType(
        "conflict",
        409,
        "The record conflicts with a stored one",
        "`columns` names what a rule of the database compares.",
    ),
    ProblemType(
        "stale",
        409,
        "The record was changed or removed meanwhile",
        "Read the record again, and apply the change to what it is now.",
    ),
    ProblemType(
        "precondition-failed",
        412,
        "The record has another version",
        "`If-Match` does not name the version that the record has by now. Read the record again, "
        "and apply the change to what it is now.",
    ),
    ProblemType(
        "precondition-required",
        428,
        "The header If-Match is missing",
        "Send it with the `ETag` of the record that the change is made for.",
    ),
    ProblemType(
        "key-in-use",
        409,
        "A request with the same key is being served",
        "Send the request again after the seconds in the header `Retry-After`.",
    ),
    ProblemType(
        "key-reused",
        422,
        "The key belongs to another request",
        "An `Idempotency-Key` is for one request and its repetitions. Choose a new one.",
    ),
    ProblemType(
        "cursor",
        400,
        "The cursor is not one of this list",
        "Cursors cannot be changed or used for another list. Begin without one.",
    ),
    ProblemType(
        "unavailable",
        503,
        "The database is busy or cannot be reached",
        "Send the request again after the seconds in the header `Retry-After`.",
    ),
)


class ProblemTypes:
    """The types of problems of one application.

    Args:
        base: What comes before the slug: a path of the application, which then serves a page for
            each type, or the start of an absolute URI.

    Raises:
        ValueError: It is neither, or does not end with a slash, a colon or `#`.
    """

    def __init__(self, base: str = DEFAULT_BASE) -> None:
        if (not base.startswith("/") and ":" not in base) or not base.endswith(("/", ":", "#")):
            raise ValueError(
                "problem_types must be a path such as '/problems/' or an absolute URI, and end "
                f"with a slash, a colon or '#', not {base!r}."
            )
        self.base = base
        self._known = {known.slug: known for known in BUILT_IN}

    def __iter__(self) -> Iterator[ProblemType]:
        return iter(self._known.values())

    @property
    def has_pages(self) -> bool:
        """Whether the application serves a page for each type."""
        return self.base.startswith("/")

    def add(self, problem: ProblemType) -> bool:
        """Add a type of the user's; return whether it was not known.

        Raises:
            ValueError: The slug is not one, or is that of another status.
        """
        if not _SLUG.fullmatch(problem.slug):
            raise ValueError(
                "type must be a slug of lower-case letters, digits and hyphens, such as "
                f"'out-of-stock', or an absolute URI, not {problem.slug!r}."
            )
        known = self._known.setdefault(problem.slug, problem)
        if known.status != problem.status:
            raise ValueError(
                f"type {problem.slug!r} is for status {known.status}, not {problem.status}: "
                "choose another slug."
            )
        return known is problem

    def uri(self, slug: str, scope: Scope) -> str:
        """Return the URI of a type, as a client of a request sees it."""
        root: str = scope.get("root_path", "") if self.has_pages else ""
        return f"{root.rstrip('/')}{self.base}{slug}"


def is_uri(text: str) -> bool:
    """Return whether a type is a URI, not a slug."""
    return ":" in text or "/" in text


def types_of(scope: Mapping[str, object]) -> ProblemTypes | None:
    """Return the types of problems of the application that serves a request."""
    found = getattr(scope.get("app"), "problem_types", None)
    return found if isinstance(found, ProblemTypes) else None
