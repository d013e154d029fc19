"""Contracts: what an API has to keep of what its document says."""
