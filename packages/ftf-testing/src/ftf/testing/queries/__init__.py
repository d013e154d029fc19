"""The queries that a test runs: counters, assertions and the detection of N+1."""
