"""The terminals of a query: each runs it."""
