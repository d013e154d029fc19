"""Where test databases come from."""
