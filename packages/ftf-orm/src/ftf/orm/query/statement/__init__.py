"""The clauses of a query, and the SELECT that they become."""
