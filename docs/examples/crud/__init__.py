"""A CRUD API in one file."""
