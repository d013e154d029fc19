"""Jobs that follow others: chains and batches."""
