"""The functions that deliver services, compiled from source that is written for their graph."""
