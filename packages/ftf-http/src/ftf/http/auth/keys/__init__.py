"""Keys: secrets, signing keys, and the ring that changes them while the application serves."""
