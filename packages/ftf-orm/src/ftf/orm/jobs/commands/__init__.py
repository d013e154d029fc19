"""Commands about jobs that have failed."""
