"""Alembic's way into the blog."""

from blog.settings import database_url
from ftf.orm import Base
from ftf.orm.migrations import run_migrations

run_migrations(Base.metadata, database_url(), models="blog.models")
