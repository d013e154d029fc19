"""Event loops of tests and fixtures."""
