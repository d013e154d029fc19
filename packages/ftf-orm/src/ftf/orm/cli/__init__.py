"""The commands of ftf-orm, a file each, and the guard of what destroys data."""

from ._facts import DatabaseFacts
from ._guard import permit

__all__ = ["DatabaseFacts", "permit"]
