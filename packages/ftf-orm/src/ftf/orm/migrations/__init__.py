"""Alembic migrations of an async database."""

from ._environment import run_migrations

__all__ = ["run_migrations"]
