"""Fakes of events, and what listeners raise after the commit."""
