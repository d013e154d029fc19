"""A script with a container, and nothing else."""
