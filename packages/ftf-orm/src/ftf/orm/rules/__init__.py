"""Rules about stored records: that one exists, and that none has the same values."""

from ._exists import Exists
from ._rules import Rules
from ._unique import Unique

__all__ = [
    "Exists",
    "Rules",
    "Unique",
]
