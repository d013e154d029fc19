"""Open websockets and event streams, and how they end with their credential."""
