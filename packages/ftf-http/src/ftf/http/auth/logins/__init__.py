"""Logins: one stored row each, the refresh tokens and cookies derived from it, and their end."""
