"""Access: which guards, scopes and recent logins a route demands, and how it is decided."""
