"""Whether a parameter takes one value of a request or all of them, as FastAPI tells them apart."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import is_dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from pydantic import BaseModel, Json

from ._facts import Field, NotPlannedError

_SEQUENCES: Final = (Sequence, list, tuple, set, frozenset, deque)
_STRUCTURED: Final = (BaseModel, Mapping)


def takes_all(field: Field) -> bool:
    """Return whether a parameter takes all values of its name.

    Raises:
        NotPlannedError: It is read in another way, such as a model of parameters.
    """
    info = field.field_info
    found = None if any(map(_is_json, info.metadata)) else _takes_all(info.annotation)
    if found is None:
        raise NotPlannedError(f"{field.name!r} is neither one value nor a list of values")
    return found


def _is_json(metadata: object) -> bool:
    return metadata is Json or type(metadata) is Json


def _takes_all(annotation: object) -> bool | None:
    origin = get_origin(annotation)
    if origin is Annotated:
        return _takes_all(get_args(annotation)[0])
    if origin in {Union, UnionType}:
        found = {_takes_all(each) for each in get_args(annotation) if each is not NoneType}
        return found.pop() if len(found) == 1 else None
    if origin is Literal or annotation is Any:
        return False
    cls = origin or annotation
    if not isinstance(cls, type) or issubclass(cls, _STRUCTURED) or is_dataclass(cls):
        return None
    return issubclass(cls, _SEQUENCES) and not issubclass(cls, str | bytes)
