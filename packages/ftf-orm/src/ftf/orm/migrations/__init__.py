"""Alembic migrations with an async engine."""

from ._discovery import import_models
from ._environment import run_migrations
from ._scaffold import scaffold

__all__ = ["import_models", "run_migrations", "scaffold"]
