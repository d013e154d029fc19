"""The annotations within an annotation, and the schemas among them."""

from collections.abc import Iterator
from typing import Annotated, get_args, get_origin

from pydantic import BaseModel

from ...injection._inject import unaliased


def parts_of(hint: object) -> Iterator[object]:
    """Return an annotation and those within it."""
    hint = unaliased(hint)
    yield hint
    for part in get_args(hint)[: 1 if get_origin(hint) is Annotated else None]:
        yield from parts_of(part)


def schemas_in(hint: object) -> Iterator[type[BaseModel]]:
    """Return the schemas in an annotation, without those within them."""
    for part in parts_of(hint):
        if isinstance(part, type) and issubclass(part, BaseModel):
            yield part
