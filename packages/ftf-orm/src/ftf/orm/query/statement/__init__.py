"""What a query asks for, and the SELECT that it becomes."""
