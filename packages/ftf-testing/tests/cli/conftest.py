"""The fixtures of a project with a shop."""

from shop_project import client_of, project

__all__ = ["client_of", "project"]
