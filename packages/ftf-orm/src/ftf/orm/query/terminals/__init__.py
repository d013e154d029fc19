"""What runs a query."""
