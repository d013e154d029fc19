"""Users, logins and API tokens in tables of the application, by ftf-orm."""

from ._accounts import OrmAccounts
from ._api_tokens import OrmApiTokens
from ._columns import ApiTokenColumns, Authenticatable, LoginSessionColumns
from ._logins import OrmLogins
from ._stores import OrmStores

__all__ = [
    "ApiTokenColumns",
    "Authenticatable",
    "LoginSessionColumns",
    "OrmAccounts",
    "OrmApiTokens",
    "OrmLogins",
    "OrmStores",
]
