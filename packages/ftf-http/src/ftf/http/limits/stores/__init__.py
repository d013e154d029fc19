"""Where limits are counted: in memory, in Redis and in PostgreSQL."""
