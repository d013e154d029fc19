"""Access tokens: how they are issued and read, and the pair of tokens of a login."""
