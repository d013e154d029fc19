"""The isolation of tests: overrides, and the check that none is left behind."""
