"""Jobs in the database, which a broker carries to the workers."""
