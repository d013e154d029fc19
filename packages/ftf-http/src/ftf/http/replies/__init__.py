"""What handlers return besides values: `Reply`, and pages with their links."""
