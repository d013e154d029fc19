"""Validators and serialisers of FastAPI's fields, made by pydantic's public API."""

from typing import Annotated, cast

import pydantic
from pydantic import TypeAdapter

from .._facts import Field, NotPlannedError


def adapter_of(field: Field) -> TypeAdapter[object]:
    """Return the validator and serialiser of a field.

    They treat a value like `field.validate` and `field.serialize` do. Defaults and names, which
    plans handle themselves, are left out.

    Raises:
        NotPlannedError: Its type is not fully defined.
    """
    info = field.field_info
    extras = list(info.metadata)
    if info.discriminator is not None:
        extras.append(pydantic.Field(discriminator=info.discriminator))
    annotation: object = info.annotation
    for extra in extras:
        annotation = Annotated[annotation, extra]
    adapter = TypeAdapter(cast("type[object]", annotation))
    if not adapter.pydantic_complete:
        raise NotPlannedError(f"the type of {field.name!r} is not fully defined")
    return adapter
