"""What records had before a transaction, and how they get it back."""
