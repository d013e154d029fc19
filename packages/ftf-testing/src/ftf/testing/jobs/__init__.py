"""Fakes of jobs, and running them within a test."""
