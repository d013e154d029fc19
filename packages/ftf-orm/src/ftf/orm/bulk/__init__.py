"""Many rows at once: inserted, updated, and what happens to those that are there already."""
