"""`ETag`, `If-Match` and `If-None-Match` (RFC 9110), by the version of a record."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from ftf.orm import StaleRecord

from ..exceptions import InvalidPrecondition, PreconditionFailed, PreconditionRequired

_TAG: Final = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
_TAGS: Final = re.compile(rf"[ \t]*,*[ \t]*{_TAG}(?:[ \t]*,[ \t]*(?:{_TAG})?)*")
_FIND: Final = re.compile(_TAG)
_MOST: Final = 1000  # characters of a header, which may name several tags


def etag_of(version: object) -> str:
    """Return the tag of a version."""
    return f'"{version}"'


def is_unchanged(values: Sequence[str], tag: str) -> bool:
    """Return whether `If-None-Match` names a tag, so that the client has the record already.

    Args:
        values: The headers of this name.
        tag: The tag of the record.
    """
    text = ",".join(values)
    names = {found.removeprefix("W/") for found in _FIND.findall(text)}
    return len(text) <= _MOST and (text.strip() == "*" or tag in names)


class Precondition:
    """What a write demands of the version of a record, by `If-Match`.

    Args:
        values: The headers of this name.
        is_versioned: Whether the records have versions.
        required: Whether the header has to be there.

    Raises:
        InvalidPrecondition: The header cannot be read, or the records have no versions.
        PreconditionRequired: It has to be there, and is not.
    """

    def __init__(self, values: Sequence[str], *, is_versioned: bool, required: bool) -> None:
        text = ",".join(values).strip()
        if values and not is_versioned:
            raise InvalidPrecondition("These records have no versions: leave If-Match out.")
        if values and text != "*" and (len(text) > _MOST or not _TAGS.fullmatch(text)):
            raise InvalidPrecondition("If-Match has to be * or a list of tags in quotes.")
        if required and not values:
            raise PreconditionRequired
        self._is_sent = bool(values)
        self._any = text == "*"
        self._tags = frozenset(_FIND.findall(text))

    def check(self, version: object) -> None:
        """Raise unless the header names the version of a record; weak tags never do.

        Raises:
            PreconditionFailed: It does not.
        """
        if self._is_sent and not self._any and etag_of(version) not in self._tags:
            raise PreconditionFailed

    @contextmanager
    def holding(self) -> Iterator[None]:
        """Answer for a write of the block that found another version as `check` does.

        Raises:
            PreconditionFailed: Another request has changed the record since the check.
        """
        try:
            yield
        except StaleRecord as error:
            if self._is_sent:
                raise PreconditionFailed from error
            raise


NO_PRECONDITION: Final = Precondition((), is_versioned=False, required=False)
