"""The base class of all exceptions."""


class OrmError(Exception):
    """The base class of the exceptions of ftf-orm."""
