"""Repositories and an immutable query builder on SQLAlchemy's async ORM."""

from ._base import Base
from ._engine import create_engine
from ._repository import BaseRepository
from ._timestamps import Timestamps, UtcDateTime
from .exceptions import DuplicateRecord, MigrationError, OrmError, RecordNotFound
from .provider import DatabaseProvider
from .query import Page, QueryBuilder

__all__ = [
    "Base",
    "BaseRepository",
    "DatabaseProvider",
    "DuplicateRecord",
    "MigrationError",
    "OrmError",
    "Page",
    "QueryBuilder",
    "RecordNotFound",
    "Timestamps",
    "UtcDateTime",
    "create_engine",
]
