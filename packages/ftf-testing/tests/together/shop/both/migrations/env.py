from base import Base

from ftf.orm.migrations import run_migrations

run_migrations(Base.metadata, "sqlite:///production.db", models="models")
