"""Engines: their URLs and drivers, and the settings that SQLite and PostgreSQL need."""
