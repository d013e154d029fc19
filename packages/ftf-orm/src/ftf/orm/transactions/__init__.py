"""Who commits, what is rolled back, and what records are afterwards."""
