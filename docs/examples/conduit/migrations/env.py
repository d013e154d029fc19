"""Alembic's way into Conduit."""

from conduit.models import Model
from conduit.settings import database_url
from ftf.orm.migrations import run_migrations

run_migrations(Model.metadata, database_url(), models="conduit.models")
