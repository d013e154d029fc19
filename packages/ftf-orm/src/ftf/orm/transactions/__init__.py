"""Transactions: operations that commit or roll back, savepoints, retries, restored records."""
