"""Seeders: the records that an application starts with."""
