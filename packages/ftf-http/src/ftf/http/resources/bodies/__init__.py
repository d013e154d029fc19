"""What clients send to a resource, and what its columns do not hold."""
