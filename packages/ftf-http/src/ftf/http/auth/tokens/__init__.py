"""Access tokens: how they are issued and read."""
