"""`MISSING`, the default of a field that an answer may leave out."""

from typing import TYPE_CHECKING

import pydantic

if TYPE_CHECKING:
    from pydantic import MISSING
elif hasattr(pydantic, "MISSING"):  # pragma: no branch
    MISSING = pydantic.MISSING
else:  # pragma: no cover  # pydantic 2.13
    from pydantic.experimental.missing_sentinel import MISSING

__all__ = ["MISSING"]
