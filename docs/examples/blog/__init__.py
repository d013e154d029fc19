"""A blog API: users, posts, comments and roles."""
