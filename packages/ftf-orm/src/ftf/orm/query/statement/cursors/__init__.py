"""Cursors of pages, and the conditions that continue at one."""
