"""The blog's routes, one module for each kind of record."""
