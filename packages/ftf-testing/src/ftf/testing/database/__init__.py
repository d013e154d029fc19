"""The test's engine, connections and sessions."""
