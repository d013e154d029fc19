"""Records made up for tests."""
