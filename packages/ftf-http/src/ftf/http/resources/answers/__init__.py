"""What the answers of a resource show of records, and what they load for it."""
