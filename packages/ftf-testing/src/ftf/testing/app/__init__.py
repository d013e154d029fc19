"""The application under test, and its client."""
