"""Who may do what with the records of a resource."""
