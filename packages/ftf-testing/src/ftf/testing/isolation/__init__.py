"""What a test replaces, and what it must not leave behind."""
