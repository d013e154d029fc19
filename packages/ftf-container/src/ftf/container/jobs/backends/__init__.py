"""What keeps jobs: its contract, how stored jobs are fetched, and jobs in memory."""
