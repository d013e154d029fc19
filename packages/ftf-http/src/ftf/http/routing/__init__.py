"""Routes, controllers, and the way from one to its handler."""
