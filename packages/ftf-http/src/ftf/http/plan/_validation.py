"""Validators and serialisers of FastAPI's fields, made by pydantic's public API."""

from typing import Annotated

import pydantic
from pydantic import TypeAdapter

from ._facts import Field


def adapter_of(field: Field) -> TypeAdapter[object]:
    """Return the validator and serialiser of a field.

    They treat a value like `field.validate` and `field.serialize` do. Defaults and names, which
    FastAPI's plans handle themselves, are left out.
    """
    info = field.field_info
    extras = list(info.metadata)
    if info.discriminator is not None:
        extras.append(pydantic.Field(discriminator=info.discriminator))
    annotation: object = info.annotation
    for extra in extras:
        annotation = Annotated[annotation, extra]
    return TypeAdapter(annotation)  # type: ignore[arg-type]  # an annotation is any object
