"""Engines: URLs, drivers, and what SQLite and PostgreSQL need."""
