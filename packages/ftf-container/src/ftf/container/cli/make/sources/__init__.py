"""The Python source that generators write, and where it goes."""
