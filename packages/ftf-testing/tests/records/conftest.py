"""The fixtures of a project with a database."""

from database_project import database, database_names, project, run

__all__ = ["database", "database_names", "project", "run"]
