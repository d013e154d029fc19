"""The worker, and the command that runs one in a process of its own."""
