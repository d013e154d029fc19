"""Alembic's way into the blog."""

from blog import models
from blog.settings import database_url
from ftf.orm.migrations import run_migrations

run_migrations(models.User.metadata, database_url())
