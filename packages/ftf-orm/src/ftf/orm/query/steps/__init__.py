"""The steps of a query: each returns a new query."""
