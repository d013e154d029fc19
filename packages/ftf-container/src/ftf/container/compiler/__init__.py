"""The functions that deliver services, written for their graph."""
