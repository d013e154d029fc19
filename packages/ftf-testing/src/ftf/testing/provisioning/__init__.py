"""The creation of test databases: servers, addresses, schemas and migrations."""
