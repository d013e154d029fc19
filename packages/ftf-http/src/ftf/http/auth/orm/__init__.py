"""Users, logins and API tokens in tables of the application, by ftf-orm."""

from ._accounts import OrmAccounts
from ._columns import Authenticatable, LoginSessionColumns
from ._logins import OrmLogins
from ._stores import OrmStores

__all__ = ["Authenticatable", "LoginSessionColumns", "OrmAccounts", "OrmLogins", "OrmStores"]
