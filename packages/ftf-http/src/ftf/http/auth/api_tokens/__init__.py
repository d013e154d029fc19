"""API tokens: long-lived credentials that users make for programs."""
