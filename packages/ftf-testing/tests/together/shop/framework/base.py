from sqlalchemy import MetaData

from ftf.orm import Base as FrameworkBase


class Base(FrameworkBase):
    __abstract__ = True
    metadata = MetaData(naming_convention=FrameworkBase.metadata.naming_convention)
