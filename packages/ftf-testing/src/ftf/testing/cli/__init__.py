"""The fixture `cli`."""
