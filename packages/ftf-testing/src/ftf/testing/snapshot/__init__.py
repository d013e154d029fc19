"""The contents of a database, noted and put back."""
