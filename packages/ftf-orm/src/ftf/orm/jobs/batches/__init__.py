"""Batches of jobs in the database: how many members have not ended, and what follows them."""
