"""Generators: they add files, and never edit one."""
