"""What services are known by."""
