"""The jobs that a process has claimed: for how long, and what became of them."""
