"""Bases with tables and a registry of their own, for models of one test file."""

from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.orm import registry as new_registry

from ftf.orm import Base


def apart(base: type[DeclarativeBase] = Base) -> type[DeclarativeBase]:
    class Apart(base):
        __abstract__ = True
        metadata = MetaData()
        registry = new_registry()

    return Apart
