"""A pytest plugin for applications on FastAPI and SQLAlchemy."""

from ._query_counter import QueryCounter, count_queries

__all__ = ["QueryCounter", "count_queries"]
